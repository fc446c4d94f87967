import type { Connection } from '../connection.js'
import { UnsafeSchemaError } from '../errors.js'
import { COMPRESSION_TABLES, isMadeUp, ORPHANS_TABLE, UNDER_CONSTRUCTION } from '../names.js'
import { TABLES } from '../version-6.js'
import {
  type Change,
  type Changes,
  changesOf,
  foreignKeysOf,
  reasonAgainstKey,
} from './foreign-key-actions.js'
import { callsFunction, groupJudge, HARMLESS } from './function-calls.js'
import { reasonInOurTable } from './our-table.js'
import { isToken, lower, reasonInTokens, type Token, tokensOf } from './sql-tokens.js'
import { countExpansions } from './view-expansions.js'

/** One entry of `sqlite_schema`. SQLite has seen to it that the text makes what the other columns say. */
export interface SchemaEntry {
  readonly type: string
  readonly name: string
  readonly table: string
  readonly rootPage: number
  readonly sql: string | null
}

/** One entry with the names as SQLite compares them, and its text in pieces. */
interface SchemaObject extends SchemaEntry {
  readonly key: string
  readonly tableKey: string
  readonly tokens: readonly Token[]
}

/** Names that are ours whatever bears them. */
export const OUR_NAMES = new Set([...TABLES.keys(), ...COMPRESSION_TABLES, ORPHANS_TABLE, UNDER_CONSTRUCTION])
/** More views than this inside of one another are no application's: SQLite would be busy for ever expanding them. */
const MOST_EXPANSIONS = 1000

// Nothing but the schema table itself is read before it was judged: to describe all tables, SQLite would expand its views,
// and a table of the file may stand in front of a function that describes one.
const ENTRIES = `SELECT CAST(type AS TEXT) AS type, CAST(name AS TEXT) AS name, CAST(tbl_name AS TEXT) AS "table",
  rootpage AS "rootPage", CAST(sql AS TEXT) AS sql FROM sqlite_schema`

/** What the schema table holds, in its order. */
export function schemaEntries(connection: Connection): Promise<SchemaEntry[]> {
  return connection.rows<SchemaEntry>(ENTRIES)
}

/**
 * Refuses a database whose schema would run something of its own, or give our statements another meaning, when it is read
 * and written here (https://www.sqlite.org/security.html). Tables, views and triggers of the application's own may be
 * there, as long as nothing that is done to our tables reaches them.
 *
 * @param entries what {@link schemaEntries} found in the same transaction
 * @throws {@link UnsafeSchemaError} naming the object
 */
export async function refuseUnsafeSchema(
  connection: Connection,
  entries: readonly SchemaEntry[],
): Promise<void> {
  const objects = entries.map(objectOf)
  const refuse = ({ type, name }: SchemaEntry, reason: string): never => {
    throw new UnsafeSchemaError(connection.location, type, name, reason)
  }
  for (const object of objects) {
    if (OUR_NAMES.has(object.key) && (object.type === 'view' || isVirtual(object))) {
      refuse(object, 'it has the name of a table of ours')
    }
    const isTable = object.type === 'table' || object.type === 'view'
    if (isTable && isMadeUp(object.key)) refuse(object, 'it has the name of a table of SQLite’s own')
  }
  refuseSharedPages(objects, refuse)
  refuseExpandingViews(objects, refuse)
  const ours = new Set(objects.filter(isOurTable).map(({ key }) => key))
  const foreignKeys = await foreignKeysOf(connection)
  const changes = changesOf(ours, foreignKeys)
  for (const object of objects) {
    const reason = reasonAgainst(object, ours, changes)
    if (reason !== null) refuse(object, reason)
  }
  for (const foreignKey of foreignKeys) {
    const { table } = foreignKey
    const reason = reasonAgainstKey(foreignKey, ours, changes)
    if (reason !== null) refuse({ type: 'table', name: table, table, rootPage: 0, sql: null }, reason)
  }
}

function objectOf(entry: SchemaEntry): SchemaObject {
  const tokens = entry.sql === null ? [] : tokensOf(entry.sql)
  return { ...entry, key: lower(entry.name), tableKey: lower(entry.table), tokens }
}

function isVirtual({ tokens }: SchemaObject): boolean {
  return isToken(tokens[1], 'virtual')
}

type Refuse = (object: SchemaEntry, reason: string) => never

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
    const countView = (name: string, inside: number) => {
      const inner = views.get(name)
      return inner === undefined || inner === view ? 0 : expansions(inner, inside)
    }
    const count = 1 + countExpansions(view.tokens, depth, MOST_EXPANSIONS, countView)
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

function reasonAgainst(
  { type, tableKey, tokens }: SchemaObject,
  ours: ReadonlySet<string>,
  changed: Changes,
): string | null {
  const changes = changed.get(tableKey)
  if (changes === undefined) return null
  const unknown = reasonInTokens(tokens)
  if (unknown !== null) return unknown
  const isOurs = ours.has(tableKey)
  const table = isOurs ? `table ${tableKey} of ours` : `table ${tableKey}, which foreign keys change,`
  if (type === 'trigger') {
    return isOurs || runsAt(tokens, changes) ? `it would run when ${table} is written` : null
  }
  if (type === 'index') {
    const expression = tokens.slice(tokens.findIndex((token) => isToken(token, '(')) + 1)
    const calls = callsFunction(expression, isOurs ? undefined : HARMLESS)
    return calls ? `it calls a function when ${table} is written` : null
  }
  if (type !== 'table') return null
  return isOurs ? reasonInOurTable(tokens) : reasonInTable(tokens, changes)
}

/** Whether one of the changes sets off a trigger. The word for its event is reserved: no name before it can be that. */
function runsAt(trigger: readonly Token[], changes: ReadonlySet<Change>): boolean {
  for (const token of trigger) {
    if (isToken(token, 'insert')) return false
    if (isToken(token, 'delete')) return changes.has('delete')
    if (isToken(token, 'update')) return changes.has('update')
  }
  return true
}

/** What in the text of an application's table runs when foreign keys change it. */
function reasonInTable(tokens: readonly Token[], changes: ReadonlySet<Change>): string | null {
  const callsAt = groupJudge(tokens, HARMLESS)
  for (const [index, token] of tokens.entries()) {
    if (!isToken(tokens[index + 1], '(')) continue
    const calls = () => callsAt(index + 1)
    if (isToken(token, 'check') && changes.has('update') && calls()) return 'its CHECK calls a function'
    if (isToken(token, 'as') && calls()) return 'its computed column calls a function'
  }
  return null
}
