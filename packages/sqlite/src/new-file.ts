import { closeSync, existsSync, fchmodSync, lstatSync, openSync } from 'node:fs'
import { StorageFailedError } from '@tract/repositories'

/** What its owner may do with a file, and nobody else. */
const OWNERS_ALONE = 0o600

/**
 * Makes an empty file that is its owner's alone, before SQLite opens it, so that there is no moment at which others may
 * read it; SQLite gives the files beside it the same permissions. Does nothing where there is a file.
 *
 * @throws {@link StorageFailedError} where it cannot be made, also for a symbolic link to nothing: what it names would be
 * made with the permissions of any file
 */
export function makeFile(path: string): void {
  let file: number
  try {
    file = openSync(path, 'wx', OWNERS_ALONE)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (reason !== 'EEXIST') {
      throw new StorageFailedError(path, reason, 'the file cannot be created', { cause: error })
    }
    refuseDanglingLink(path)
    return
  }
  try {
    // Exactly so, whatever the process's mask takes away.
    fchmodSync(file, OWNERS_ALONE)
  } catch {
    // A file system without permissions.
  } finally {
    // Nobody has opened it yet, so no lock of this process is lost by closing it.
    closeSync(file)
  }
}

function refuseDanglingLink(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() || existsSync(path)) return
  throw new StorageFailedError(path, 'ENOENT', 'it is a symbolic link to a file that does not exist')
}
