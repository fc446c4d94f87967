import type { ColumnCodec } from '@tract/schema'
import { entities } from '@tract/schema'
import type { DataSource, EntityMetadata } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyDatabase } from './database.js'

let dataSource: DataSource
beforeAll(async () => {
  dataSource = await emptyDatabase()
})
afterAll(() => dataSource.destroy())

interface TableInfo {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
}
interface IndexInfo {
  readonly name: string
  readonly unique: number
  readonly origin: string
}
interface ForeignKeyInfo {
  readonly from: string
  readonly table: string
  readonly to: string
  readonly on_delete: string
}

/** The type as the table's definition spells it. */
function declaredType(column: ColumnMetadata): string {
  const codec = column.transformer as ColumnCodec | undefined
  const type = codec?.declaredType ?? String(column.type).toUpperCase()
  return column.length === '' ? type : `${type}(${column.length})`
}

async function columnsOf(table: string, index: string): Promise<string> {
  const parts: { name: string }[] = await dataSource.query(`PRAGMA index_info("${index}")`)
  return `${table}(${parts.map(({ name }) => name).join(', ')})`
}

function indexesOf(metadata: EntityMetadata): readonly string[] {
  const table = metadata.tableName
  return [
    ...metadata.indices.map(
      ({ name, columns }) => `${name} ${table}(${columns.map((column) => column.databaseName).join(', ')})`,
    ),
    ...metadata.uniques.map(
      ({ columns }) => `unique ${table}(${columns.map((column) => column.databaseName).join(', ')})`,
    ),
  ].sort()
}

describe.each(entities.map((entity) => ({ name: entity.name, entity })))('$name', ({ entity }) => {
  it('has the columns of the format, in its order, with their types', async () => {
    const metadata = dataSource.getMetadata(entity)
    const stored: TableInfo[] = await dataSource.query(`PRAGMA table_xinfo("${metadata.tableName}")`)
    const primary = metadata.primaryColumns.map(({ databaseName }) => databaseName)
    expect(
      metadata.columns.map((column) => ({
        name: column.databaseName,
        type: declaredType(column),
        nullable: column.isNullable,
        key: primary.indexOf(column.databaseName) + 1,
      })),
    ).toEqual(stored.map(({ name, type, notnull, pk }) => ({ name, type, nullable: notnull === 0, key: pk })))
  })

  it('has the foreign keys of the format', async () => {
    const metadata = dataSource.getMetadata(entity)
    const stored: ForeignKeyInfo[] = await dataSource.query(
      `PRAGMA foreign_key_list("${metadata.tableName}")`,
    )
    expect(
      metadata.foreignKeys
        .map((key) => {
          const target = `${key.referencedEntityMetadata.tableName}.${key.referencedColumnNames.join()}`
          return `${key.columnNames.join()} -> ${target} ${key.onDelete ?? 'NO ACTION'}`
        })
        .sort(),
    ).toEqual(stored.map((key) => `${key.from} -> ${key.table}.${key.to} ${key.on_delete}`).sort())
  })

  it('has the indexes of the format, by name', async () => {
    const metadata = dataSource.getMetadata(entity)
    const stored: IndexInfo[] = await dataSource.query(`PRAGMA index_list("${metadata.tableName}")`)
    const expected: string[] = []
    for (const { name, origin } of stored) {
      if (origin === 'pk') continue
      const label = origin === 'u' ? 'unique' : name
      expected.push(`${label} ${await columnsOf(metadata.tableName, name)}`)
    }
    expect(indexesOf(metadata)).toEqual(expected.sort())
  })

  it('names its properties in camel case after their columns', () => {
    for (const { propertyName, databaseName } of dataSource.getMetadata(entity).columns) {
      expect(databaseName.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())).toBe(
        propertyName,
      )
    }
  })
})

it('the entities are all tables of the format, each once, parents before the tables that refer to them', async () => {
  const tables: { name: string }[] = await dataSource.query(
    `SELECT name FROM sqlite_master WHERE type = 'table'`,
  )
  const names = entities.map((entity) => dataSource.getMetadata(entity).tableName)
  expect([...names].sort()).toEqual(tables.map(({ name }) => name).sort())
  for (const entity of entities) {
    const { tableName, foreignKeys } = dataSource.getMetadata(entity)
    for (const { referencedEntityMetadata } of foreignKeys) {
      expect(names.indexOf(referencedEntityMetadata.tableName)).toBeLessThanOrEqual(names.indexOf(tableName))
    }
  }
})
