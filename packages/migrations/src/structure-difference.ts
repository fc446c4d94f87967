import type { ColumnStructure, ForeignKeyStructure, TableStructure } from './structure.js'

/** What differs between a table and what it should be, indexes apart; one text each. */
export function differencesBetween(found: TableStructure, expected: TableStructure): string[] {
  return [
    ...columnDifferences(found, expected),
    ...listDifferences(found.unique.map(uniqueText), expected.unique.map(uniqueText)),
    ...listDifferences(found.foreignKeys.map(foreignKeyText), expected.foreignKeys.map(foreignKeyText)),
    ...(found.withoutRowid ? ['it is WITHOUT ROWID'] : []),
    ...(found.strict ? ['it is STRICT'] : []),
  ]
}

/** The columns that only one of two tables has. */
export function columnsOnlyIn(one: TableStructure, other: TableStructure): ColumnStructure[] {
  const names = new Set(other.columns.map(({ name }) => name))
  return one.columns.filter(({ name }) => !names.has(name))
}

function columnDifferences(found: TableStructure, expected: TableStructure): string[] {
  const byName = new Map(expected.columns.map((column) => [column.name, columnText(column)]))
  const differing = found.columns.flatMap((column) => {
    const text = byName.get(column.name)
    return text === undefined || text === columnText(column)
      ? []
      : [`column ${column.name} is ${columnText(column)}, expected ${text}`]
  })
  return [
    ...columnsOnlyIn(expected, found).map(({ name }) => `column ${name} is missing`),
    ...columnsOnlyIn(found, expected).map(({ name }) => `column ${name} is additional`),
    ...differing,
  ]
}

function listDifferences(found: readonly string[], expected: readonly string[]): string[] {
  return [
    ...expected.filter((text) => !found.includes(text)).map((text) => `${text} is missing`),
    ...found.filter((text) => !expected.includes(text)).map((text) => `${text} is additional`),
  ]
}

function columnText({ type, notNull, default: value, primaryKey }: ColumnStructure): string {
  const nullable = notNull ? ' not null' : ''
  const byDefault = value === null ? '' : ` default ${value}`
  return `${type}${nullable}${byDefault}${primaryKey > 0 ? ` primary key ${primaryKey}` : ''}`
}

function uniqueText(columns: readonly string[]): string {
  return `unique (${columns.join(', ')})`
}

function foreignKeyText(key: ForeignKeyStructure): string {
  const { columns, table, references, onDelete, onUpdate } = key
  const target = `${table} (${references.join(', ')})`
  return `foreign key (${columns.join(', ')}) to ${target} on delete ${onDelete} on update ${onUpdate}`
}
