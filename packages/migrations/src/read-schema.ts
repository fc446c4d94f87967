import type { Connection } from './connection.js'
import { refuseUnsafeSchema, type SchemaEntry, schemaEntries } from './safety/unsafe-schema.js'
import { structureOf, type TableStructure } from './structure.js'

/** What a database's schema says, found to be safe. */
export interface Schema {
  /** The names of its tables and views, without SQLite's own. */
  readonly names: readonly string[]
  readonly structure: readonly TableStructure[]
}

/** How many schemas are kept, and how long the text of one may be. */
const MOST_KNOWN = 16
const LONGEST_TEXT = 256 * 1024

/**
 * The schemas that were read last, by their entries: whether one is safe and what structure it makes depends on nothing else,
 * and finding out takes longer than all the rest of opening a file.
 */
const known = new Map<string, Schema>()

/** Reads the schema in the running transaction. @throws {@link UnsafeSchemaError} */
export async function readSchema(connection: Connection): Promise<Schema> {
  const entries = await schemaEntries(connection)
  const text = JSON.stringify(entries)
  const before = known.get(text)
  if (before !== undefined) {
    remember(text, before)
    return before
  }
  await refuseUnsafeSchema(connection, entries)
  const schema = { names: namesIn(entries), structure: await structureOf(connection) }
  if (isTellable(text)) remember(text, schema)
  return schema
}

/** Whether no other schema has this text: what is no UTF-8 reads alike whatever it is. */
function isTellable(text: string): boolean {
  return text.length <= LONGEST_TEXT && !text.includes('\ufffd')
}

function namesIn(entries: readonly SchemaEntry[]): string[] {
  return entries
    .filter(({ type, name }) => (type === 'table' || type === 'view') && !/^sqlite_/i.test(name))
    .map(({ name }) => name)
}

function remember(text: string, schema: Schema): void {
  known.delete(text)
  for (const oldest of known.keys()) {
    if (known.size < MOST_KNOWN) break
    known.delete(oldest)
  }
  known.set(text, schema)
}
