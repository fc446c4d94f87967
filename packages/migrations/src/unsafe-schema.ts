import type { Connection } from './connection.js'
import { UnsafeSchemaError } from './errors.js'
import { COMPRESSION_TABLES, ORPHANS_TABLE, UNDER_CONSTRUCTION } from './names.js'
import { callsFunction, groupAt, isToken, type Token, tokensOf } from './sql-tokens.js'
import { TABLES } from './version-6.js'

/** One entry of `sqlite_schema`. SQLite has seen to it that the text makes what the other columns say. */
interface Entry {
  readonly type: string
  readonly name: string
  readonly table: string
  readonly rootPage: number
  readonly sql: string | null
}

/** One entry with the names as SQLite compares them, and its text in pieces. */
interface SchemaObject extends Entry {
  readonly key: string
  readonly tableKey: string
  readonly tokens: readonly Token[]
}

/** One column of a foreign key. */
interface ForeignKeyColumn {
  readonly table: string
  readonly from: string
  readonly target: string
  readonly on_delete: string
  readonly on_update: string
  /** 2 or 3 where the column is computed. */
  readonly hidden: number
}

/** Names that are ours whatever bears them. */
export const OUR_NAMES = new Set([...TABLES.keys(), ...COMPRESSION_TABLES, ORPHANS_TABLE, UNDER_CONSTRUCTION])
/** The foreign keys of the format that do something to their own row. */
const OWN_ACTIONS = new Set([
  'commits.parent_hash',
  'commits.response_to',
  'commits.reply_to',
  'spawn_pointers.parent_commit_hash',
])
const INACTIVE = new Set(['NO ACTION', 'RESTRICT'])
/** More views than this inside of one another are no application's: SQLite would be busy for ever expanding them. */
const MOST_EXPANSIONS = 1000

// Nothing but the schema table itself is read before it was judged: to describe all tables, SQLite would expand its views.
const ENTRIES = `SELECT type, name, tbl_name AS "table", rootpage AS "rootPage",
  CAST(sql AS TEXT) AS sql FROM sqlite_schema`
const FOREIGN_KEYS = `SELECT m.name AS "table", f."from", f."table" AS target, f.on_delete, f.on_update, c.hidden
  FROM (SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0) m,
    pragma_foreign_key_list(m.name, 'main') f LEFT JOIN pragma_table_xinfo(m.name, 'main') c ON c.name = f."from"`

/**
 * Refuses a database whose schema would run something of its own, or give our statements another meaning, when it is read
 * and written here (https://www.sqlite.org/security.html). Tables, views and triggers of the application's own may be
 * there, as long as nothing that is done to our tables reaches them.
 *
 * @throws {@link UnsafeSchemaError} naming the object
 */
export async function refuseUnsafeSchema(connection: Connection): Promise<void> {
  const objects = (await connection.rows<Entry>(ENTRIES)).map(objectOf)
  const refuse = ({ type, name }: Entry, reason: string): never => {
    throw new UnsafeSchemaError(connection.location, type, name, reason)
  }
  for (const object of objects) {
    if (OUR_NAMES.has(object.key) && (object.type === 'view' || isVirtual(object))) {
      refuse(object, 'it has the name of a table of ours')
    }
  }
  refuseSharedPages(objects, refuse)
  refuseExpandingViews(objects, refuse)
  const ours = new Set(objects.filter(isOurTable).map(({ key }) => key))
  const foreignKeys = await connection.rows<ForeignKeyColumn>(FOREIGN_KEYS)
  const reached = reachedBy(ours, foreignKeys)
  for (const object of objects) {
    const reason = reasonAgainst(object, ours, reached)
    if (reason !== null) refuse(object, reason)
  }
  for (const { table, from, target, on_delete, on_update, hidden } of foreignKeys) {
    const key = lower(table)
    const isActive =
      !INACTIVE.has(on_update) || (!INACTIVE.has(on_delete) && !isOwnAction(key, from, on_delete))
    const object = { type: 'table', name: table, table, rootPage: 0, sql: null }
    if (ours.has(key) && isActive) refuse(object, `its foreign key ${from} changes rows by itself`)
    if (ours.has(lower(target)) && hidden > 1) refuse(object, `its foreign key ${from} is computed`)
  }
}

function isOwnAction(table: string, column: string, action: string): boolean {
  return action === 'SET NULL' && OWN_ACTIONS.has(`${table}.${lower(column)}`)
}

function objectOf(entry: Entry): SchemaObject {
  const tokens = entry.sql === null ? [] : tokensOf(entry.sql)
  return { ...entry, key: lower(entry.name), tableKey: lower(entry.table), tokens }
}

/** SQLite compares names by their ASCII letters. */
export function lower(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function isVirtual({ tokens }: SchemaObject): boolean {
  return isToken(tokens[1], 'virtual')
}

type Refuse = (object: Entry, reason: string) => never

/** What is written to one of two that share a page is written to the other. */
function refuseSharedPages(objects: readonly SchemaObject[], refuse: Refuse): void {
  const pages = new Set([1])
  for (const object of objects) {
    const isStored = object.type === 'index' || (object.type === 'table' && !isVirtual(object))
    if (isStored && object.rootPage === 0) refuse(object, 'it has no page')
    if (object.rootPage === 0) continue
    if (pages.has(object.rootPage)) refuse(object, 'it shares its page with another object')
    pages.add(object.rootPage)
  }
}

/** Views of views of views, each twice in the next, take SQLite longer to expand than anybody waits. */
function refuseExpandingViews(objects: readonly SchemaObject[], refuse: Refuse): void {
  const views = new Map(objects.filter(({ type }) => type === 'view').map((view) => [view.key, view]))
  const known = new Map<string, number>()
  const expansions = (view: SchemaObject, depth: number): number => {
    const found = known.get(view.key)
    if (found !== undefined) return found
    // SQLite itself stops at a view that contains itself.
    known.set(view.key, 1)
    if (depth > MOST_EXPANSIONS) refuse(view, 'it is made of too many views')
    let count = 1
    for (const { kind, text } of view.tokens) {
      const inner = kind === 'word' || kind === 'name' || kind === 'text' ? views.get(lower(text)) : undefined
      if (inner !== undefined && inner !== view) count += expansions(inner, depth + 1)
    }
    if (count > MOST_EXPANSIONS) refuse(view, 'it is made of too many views')
    known.set(view.key, count)
    return count
  }
  for (const view of views.values()) expansions(view, 1)
}

/** A table of ours; one that bears the name of a compression table without our key is the application's. */
function isOurTable({ type, key, tokens }: SchemaObject): boolean {
  if (type !== 'table' || !OUR_NAMES.has(key)) return false
  const isCompression = COMPRESSION_TABLES.some((name) => name === key)
  return !isCompression || tokens.some(({ text }) => text === 'compression_id')
}

/** The tables whose rows SQLite changes by foreign keys where rows of ours are changed. */
function reachedBy(ours: ReadonlySet<string>, foreignKeys: readonly ForeignKeyColumn[]): ReadonlySet<string> {
  const active = foreignKeys.filter((key) => !INACTIVE.has(key.on_delete) || !INACTIVE.has(key.on_update))
  const reached = new Set(ours)
  for (let size = 0; size < reached.size; ) {
    size = reached.size
    for (const { table, target } of active) if (reached.has(lower(target))) reached.add(lower(table))
  }
  return reached
}

function reasonAgainst(
  { type, key, tableKey, tokens }: SchemaObject,
  ours: ReadonlySet<string>,
  reached: ReadonlySet<string>,
): string | null {
  if (!reached.has(tableKey)) return null
  const table = ours.has(tableKey)
    ? `table ${tableKey} of ours`
    : `table ${tableKey}, which foreign keys change`
  if (type === 'trigger') return `it would run when ${table} is written`
  if (type === 'index') {
    const calls = callsFunction(tokens.slice(tokens.findIndex((token) => isToken(token, '(')) + 1))
    return calls ? `it calls a function when ${table} is written` : null
  }
  return type === 'table' ? reasonInTable(tokens, ours.has(key)) : null
}

/** What in the text of a table runs when it is written, or is not as the format has it. */
export function reasonInTable(tokens: readonly Token[], isOurs: boolean): string | null {
  for (const [index, token] of tokens.entries()) {
    const group = isToken(tokens[index + 1], '(') ? groupAt(tokens, index + 1) : []
    if (isToken(token, 'check') && callsFunction(group)) return 'its CHECK calls a function'
    if (isToken(token, 'default') && callsFunction(group)) return 'its DEFAULT calls a function'
    if (isToken(token, 'as') && isToken(tokens[index + 1], '(')) {
      if (isOurs) return 'it has a computed column'
      if (callsFunction(group)) return 'its computed column calls a function'
    }
    if (!isOurs) continue
    if (isToken(token, 'on') && isToken(tokens[index + 1], 'conflict'))
      return 'it settles conflicts by itself'
    const collation = tokens[index + 1]?.text
    if (isToken(token, 'collate') && collation !== 'binary') return `it compares text by ${collation}`
  }
  return null
}
