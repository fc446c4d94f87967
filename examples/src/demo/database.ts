import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TractError } from '@tract/repositories'
import { openStore, type SqliteStore } from '@tract/sqlite'
import { Failure } from './failure.js'
import type { NamedPath } from './options.js'

/**
 * Opens the database that is written into: a new one, or one that holds tracts already. Nothing is ever overwritten;
 * a file of something else is refused by the store itself and stays as it was.
 *
 * @throws {@link Failure} naming the file
 */
export async function openDatabase({ path, name }: NamedPath): Promise<SqliteStore> {
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) throw new Failure(`${name}: a folder, expected a database file or a new name`)
  const folder = await stat(dirname(path)).catch(() => null)
  if (!folder?.isDirectory()) throw new Failure(`${name}: the folder ${dirname(path)} does not exist`)
  try {
    return await openStore(path)
  } catch (error) {
    throw storeFailure(name, error)
  }
}

/** An error of the store's as one line; everything else as it is. */
export function storeFailure(name: string, error: unknown): unknown {
  if (!(error instanceof TractError)) return error
  const [sentence = ''] = error.message.split('\n')
  return new Failure(sentence.includes(name) ? sentence : `${name}: ${sentence}`, 1, { cause: error })
}
