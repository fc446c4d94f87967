import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LegacyOptions, type LegacyVersion, legacyDatabase } from '@tract/testkit'
import Database from 'better-sqlite3'

/** A file of an older version. */
export interface LegacyFile {
  readonly name: string
  readonly path: string
}

const BUILT: readonly (readonly [LegacyVersion, LegacyOptions])[] = [
  [1, { layout: 'a' }],
  [1, { layout: 'b' }],
  [2, {}],
  [3, { links: 2000 }],
  [4, { duplicateChildren: 'present' }],
  [5, { orphans: true, duplicateChildren: 'allowed', links: 20_000 }],
  [5, { halfDone: 'old-kept' }],
]
const GOLDEN = ['v2.db', 'v5.db']

/** Files of every older version: those that testkit builds, and real ones where `TRACT_GOLDEN_DIR` names their folder. */
export function legacyFiles(folder: string): readonly LegacyFile[] {
  const built = BUILT.map(([version, options], index) => {
    const name = `version-${version}-${index}`
    return { name, path: buildLegacy(join(folder, `${name}.original`), version, options) }
  })
  const golden = process.env.TRACT_GOLDEN_DIR
  if (golden === undefined) return built
  const real = GOLDEN.filter((name) => existsSync(join(golden, name))).map((name) => {
    const path = join(folder, `golden-${name}.original`)
    copyFileSync(join(golden, name), path)
    return { name: `golden-${name}`, path }
  })
  return [...built, ...real]
}

/** Makes a file of an older version. Returns its path. */
export function buildLegacy(path: string, version: LegacyVersion, options: LegacyOptions): string {
  const database = new Database(path)
  database.exec(legacyDatabase(version, options))
  database.close()
  return path
}
