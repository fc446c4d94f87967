import type { Connection } from '../connection.js'
import { callsFunction, HARMLESS } from './function-calls.js'
import { lower, tokensOf } from './sql-tokens.js'

/** One column of a foreign key. */
export interface ForeignKeyColumn {
  readonly table: string
  readonly from: string
  readonly target: string
  readonly on_delete: string
  readonly on_update: string
  /** 2 or 3 where the column is computed. */
  readonly hidden: number
  /** The SQL text of the column's default. */
  readonly default: string | null
}

/** The foreign keys of the format that do something to their own row. */
const OWN_ACTIONS = new Set([
  'commits.parent_hash',
  'commits.response_to',
  'commits.reply_to',
  'spawn_pointers.parent_commit_hash',
])
const INACTIVE = new Set(['NO ACTION', 'RESTRICT'])

// The columns are read once, not for each key: a table of many keys would take SQLite long.
const FOREIGN_KEYS = `WITH stored AS (SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0),
    columns AS MATERIALIZED (SELECT s.name AS "table", c.name, c.hidden, c.dflt_value
      FROM stored s, pragma_table_xinfo(s.name, 'main') c)
  SELECT s.name AS "table", f."from", f."table" AS target, f.on_delete, f.on_update, c.hidden, c.dflt_value AS "default"
  FROM stored s, pragma_foreign_key_list(s.name, 'main') f LEFT JOIN columns c ON c."table" = s.name AND c.name = f."from"`

/** The foreign keys of a database, column by column, without those of virtual tables. */
export function foreignKeysOf(connection: Connection): Promise<ForeignKeyColumn[]> {
  return connection.rows<ForeignKeyColumn>(FOREIGN_KEYS)
}

/** What may be done to the rows of a table. An insertion is nothing that a foreign key does. */
export type Change = (typeof CHANGES)[number]
const CHANGES = ['delete', 'update'] as const

/** The tables whose rows may be changed, with how. */
export type Changes = ReadonlyMap<string, ReadonlySet<Change>>

/** Our tables, and those whose rows SQLite changes by foreign keys where rows of ours are changed, with the changes. */
export function changesOf(ours: ReadonlySet<string>, foreignKeys: readonly ForeignKeyColumn[]): Changes {
  const naming = byTarget(foreignKeys)
  const changes = new Map<string, Set<Change>>()
  const found = [...ours].flatMap((table) => CHANGES.map((change) => ({ table, change })))
  for (let next = found.pop(); next !== undefined; next = found.pop()) {
    const { table, change } = next
    const known = changes.get(table) ?? new Set()
    if (known.has(change)) continue
    changes.set(table, known.add(change))
    for (const foreignKey of naming.get(table) ?? []) {
      const action = actionAt(change, foreignKey)
      if (INACTIVE.has(action)) continue
      found.push({ table: lower(foreignKey.table), change: action === 'CASCADE' ? change : 'update' })
    }
  }
  return changes
}

function byTarget(foreignKeys: readonly ForeignKeyColumn[]): ReadonlyMap<string, ForeignKeyColumn[]> {
  const naming = new Map<string, ForeignKeyColumn[]>()
  for (const foreignKey of foreignKeys) {
    const target = lower(foreignKey.target)
    const known = naming.get(target)
    if (known === undefined) naming.set(target, [foreignKey])
    else known.push(foreignKey)
  }
  return naming
}

/** What a foreign key does to its own row where the row that it names is changed. */
function actionAt(change: Change, { on_delete, on_update }: ForeignKeyColumn): string {
  return change === 'delete' ? on_delete : on_update
}

/** What speaks against a foreign key: that it changes rows of ours, or what it runs where rows are changed. */
export function reasonAgainstKey(
  foreignKey: ForeignKeyColumn,
  ours: ReadonlySet<string>,
  changed: Changes,
): string | null {
  const { from, on_delete, on_update, hidden } = foreignKey
  const key = lower(foreignKey.table)
  const isActive =
    !INACTIVE.has(on_update) || (!INACTIVE.has(on_delete) && !isOwnAction(key, from, on_delete))
  if (ours.has(key) && isActive) return `its foreign key ${from} changes rows by itself`
  // To find the rows that name a changed one, SQLite computes the column of each.
  if (changed.has(lower(foreignKey.target)) && hidden > 1) return `its foreign key ${from} is computed`
  const causes = [...(changed.get(lower(foreignKey.target)) ?? [])]
  const isSet = causes.some((change) => actionAt(change, foreignKey) === 'SET DEFAULT')
  const calls = isSet && callsFunction(tokensOf(foreignKey.default ?? ''), HARMLESS)
  return calls ? `the default of its foreign key ${from} calls a function` : null
}

function isOwnAction(table: string, column: string, action: string): boolean {
  return action === 'SET NULL' && OWN_ACTIONS.has(`${table}.${lower(column)}`)
}
