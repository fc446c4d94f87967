import { chmod, copyFile, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PermissionDeniedError } from '@tract/migrations'
import { StorageFailedError } from '@tract/repositories'
import type { RestingFiles } from './resting-files.js'
import { OpenInThisProcess } from './sqlite-error.js'

const OWNERS_ALONE = 0o600

/** A copy of a database and its log in a folder of its own, which nobody but its owner may enter. */
export class DatabaseCopy {
  readonly path: string
  readonly #folder: string
  readonly #location: string

  private constructor(folder: string, location: string) {
    this.path = join(folder, 'copy.db')
    this.#folder = folder
    this.#location = location
  }

  /**
   * @param location the database's name for messages
   * @throws {@link PermissionDeniedError} where the log may not be read
   * @throws {@link ChangedMeanwhile}, {@link OpenInThisProcess}, and what the file system throws
   */
  static async of(files: RestingFiles, location: string): Promise<DatabaseCopy> {
    const copy = new DatabaseCopy(await mkdtemp(join(tmpdir(), 'tract-salvage-')), location)
    try {
      await copy.#fill(files)
      files.check()
      return copy
    } catch (error) {
      await copy.remove()
      files.check()
      throw error
    }
  }

  async #fill(files: RestingFiles): Promise<void> {
    if (files.areOpenHere()) throw new OpenInThisProcess()
    await copyTo(this.path, files.database)
    if (await mayRead(files.log, this.#location)) await copyTo(`${this.path}-wal`, files.log)
  }

  async remove(): Promise<void> {
    try {
      await rm(this.#folder, { recursive: true, force: true })
    } catch (error) {
      const reason = `the copy of it in ${this.#folder} cannot be removed`
      throw new StorageFailedError(this.#location, codeOf(error), reason, { cause: error })
    }
  }
}

async function copyTo(target: string, source: string): Promise<void> {
  await copyFile(source, target)
  try {
    // The source may be for reading alone, or for everybody.
    await chmod(target, OWNERS_ALONE)
  } catch {
    // A file system without permissions.
  }
}

/**
 * Whether there is a log.
 *
 * @throws {@link PermissionDeniedError} where it may not be read: without it the last commits would be missing
 */
async function mayRead(log: string, location: string): Promise<boolean> {
  try {
    const file = await open(log, 'r')
    await file.close()
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return false
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new PermissionDeniedError(location, log, 'read', { cause: error })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
