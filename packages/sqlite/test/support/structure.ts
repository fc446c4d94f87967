import type { ColumnCodec } from '@tract/schema'
import type { Database } from 'better-sqlite3'
import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'

/** One line of text for each fact about a table. */
export interface TableStructure {
  readonly columns: readonly string[]
  readonly indexes: readonly string[]
  readonly foreignKeys: readonly string[]
}

export type Structure = Readonly<Record<string, TableStructure>>

interface ColumnInfo {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly dflt_value: string | null
  readonly pk: number
  readonly hidden: number
}

interface ForeignKeyInfo {
  readonly from: string
  readonly table: string
  readonly to: string
  readonly on_update: string
  readonly on_delete: string
}

/** The structure as the file has it, by PRAGMA: names in `sqlite_master` and the order of indexes mean nothing. */
export function structureOf(handle: Database): Structure {
  const tables = handle.pragma('table_list') as {
    name: string
    type: string
    schema: string
    wr: number
    strict: number
  }[]
  const structure: Record<string, TableStructure> = {}
  for (const { name, type, schema, wr, strict } of tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (schema !== 'main' || name === 'sqlite_schema') continue
    const marks = [
      type === 'table' ? '' : type,
      wr === 1 ? 'WITHOUT ROWID' : '',
      strict === 1 ? 'STRICT' : '',
    ]
    structure[[name, ...marks].filter((part) => part !== '').join(' ')] = {
      columns: (handle.pragma(`table_xinfo("${name}")`) as ColumnInfo[]).map(columnLine),
      indexes: indexLines(handle, name),
      foreignKeys: (handle.pragma(`foreign_key_list("${name}")`) as ForeignKeyInfo[])
        .map((key) => foreignKeyLine(key.from, key.table, key.to, key.on_delete, key.on_update))
        .toSorted(),
    }
  }
  return structure
}

/** The structure that the entities describe, each column as its codec declares it. */
export function describedStructure(dataSource: DataSource): Structure {
  const structure: Record<string, TableStructure> = {}
  for (const metadata of dataSource.entityMetadatas.toSorted((a, b) =>
    a.tableName < b.tableName ? -1 : 1,
  )) {
    const names = (columns: readonly ColumnMetadata[]) => columns.map(({ databaseName }) => databaseName)
    const key = names(metadata.primaryColumns)
    const isRowId = metadata.primaryColumns.some((column) => column.isGenerated)
    structure[metadata.tableName] = {
      columns: metadata.columns.map((column) =>
        columnLine({
          name: column.databaseName,
          type: declaredType(column),
          notnull: column.isNullable ? 0 : 1,
          dflt_value: null,
          pk: key.indexOf(column.databaseName) + 1,
          hidden: 0,
        }),
      ),
      indexes: [
        ...(isRowId ? [] : [indexLine('primary key', names(metadata.primaryColumns))]),
        ...metadata.uniques.map((unique) => indexLine('unique', names(unique.columns))),
        ...metadata.indices.map((index) =>
          indexLine(`${index.isUnique ? 'unique ' : ''}index ${index.name}`, names(index.columns)),
        ),
      ].toSorted(),
      foreignKeys: metadata.foreignKeys
        .map((foreignKey) =>
          foreignKeyLine(
            foreignKey.columnNames.join(),
            foreignKey.referencedTablePath,
            foreignKey.referencedColumnNames.join(),
            foreignKey.onDelete ?? 'NO ACTION',
            foreignKey.onUpdate ?? 'NO ACTION',
          ),
        )
        .toSorted(),
    }
  }
  return structure
}

/** A structure as text to be read and compared by people. */
export function structureText(structure: Structure): string {
  const tables = Object.entries(structure).map(([name, { columns, indexes, foreignKeys }]) =>
    [name, ...[...columns, ...indexes, ...foreignKeys].map((line) => `  ${line}`)].join('\n'),
  )
  return `${tables.join('\n\n')}\n`
}

function columnLine({ name, type, notnull, dflt_value, pk, hidden }: ColumnInfo): string {
  const parts = [
    name,
    type,
    notnull === 1 ? 'not null' : 'null',
    pk === 0 ? '' : `key ${pk}`,
    dflt_value === null ? '' : `default ${dflt_value}`,
    hidden === 0 ? '' : 'hidden',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function indexLines(handle: Database, table: string): string[] {
  const indexes = handle.pragma(`index_list("${table}")`) as {
    name: string
    unique: number
    origin: string
    partial: number
  }[]
  const lines = indexes.map(({ name, unique, origin, partial }) => {
    const columns = handle.pragma(`index_xinfo("${name}")`) as {
      name: string | null
      desc: number
      coll: string
      key: number
    }[]
    const keys = columns.filter(({ key }) => key === 1)
    const names = keys.map((column) =>
      [
        column.name ?? 'an expression',
        column.desc === 1 ? 'desc' : '',
        column.coll === 'BINARY' ? '' : column.coll,
      ]
        .filter((part) => part !== '')
        .join(' '),
    )
    const kind = origin === 'pk' ? 'primary key' : origin === 'u' ? 'unique' : `index ${name}`
    return indexLine(
      `${origin === 'c' && unique === 1 ? 'unique ' : ''}${kind}${partial === 1 ? ' (partial)' : ''}`,
      names,
    )
  })
  return lines.toSorted()
}

function indexLine(kind: string, columns: readonly string[]): string {
  return `${kind} (${columns.join(', ')})`
}

function foreignKeyLine(from: string, table: string, to: string, onDelete: string, onUpdate: string): string {
  const actions = [
    onDelete === 'NO ACTION' ? '' : ` on delete ${onDelete.toLowerCase()}`,
    onUpdate === 'NO ACTION' ? '' : ` on update ${onUpdate.toLowerCase()}`,
  ]
  return `foreign key ${from} -> ${table}.${to}${actions.join('')}`
}

function declaredType({ transformer, type, length }: ColumnMetadata): string {
  const codec =
    transformer !== undefined && 'declaredType' in transformer ? (transformer as ColumnCodec) : null
  const own = String(type).toUpperCase()
  return codec?.declaredType ?? (length === '' ? own : `${own}(${length})`)
}
