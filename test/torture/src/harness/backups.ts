import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Dump, differenceOf, dumpOf } from './dump.js'
import type { Report } from './report.js'

/** The backups beside a file, half ones included. */
export function backupsOf(file: string): readonly string[] {
  return readdirSync(join(file, '..'))
    .filter((name) => name.startsWith(`${basename(file)}.v`))
    .map((name) => join(file, '..', name))
}

/**
 * Checks that there is a backup of a file that was migrated, and that each of its first version is the whole file before.
 * A migration that was interrupted between two steps has taken one of a later version when it went on.
 */
export function checkBackups(file: string, version: number, before: Dump, report: Report): void {
  const backups = backupsOf(file).map((path) => ({ path, name: basename(path), found: dumpOf(path) }))
  const first = backups.filter(({ name }) => name.startsWith(`${basename(file)}.v${version}-`))
  report.check(first.length > 0, `there is no backup of version ${version} after the migration`)
  for (const { name, found } of backups) {
    report.check(name.endsWith('.bak'), `${name} is left behind`)
    for (const sentence of found.damage) report.fail(`${name}: ${sentence}`)
  }
  for (const { name, found } of first) {
    const difference = differenceOf(found, before)
    report.check(difference === '', `${name} is not the file before: ${difference} differ`)
  }
}
