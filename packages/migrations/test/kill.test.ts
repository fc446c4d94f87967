import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '@tract/migrations'
import { type LegacyOptions, type LegacyVersion, legacyDatabase } from '@tract/testkit'
import { expect, test } from 'vitest'
import { migrateInChild } from './child.js'
import { dump, newDirectory, newFile, oneValue, using } from './support.js'

const FILES: { version: LegacyVersion; options: LegacyOptions }[] = [
  { version: 1, options: { layout: 'a' } },
  { version: 5, options: { orphans: true, duplicateChildren: 'allowed' } },
]

/** The rows that must be there whatever version the file is at. */
function lasting(path: string) {
  const { commits, blobs, refs, annotations, spawn_pointers = [], policy_log = [] } = dump(path)
  return [commits, blobs, refs, annotations, spawn_pointers, policy_log].map((rows) => rows?.length)
}

test.each(FILES)(
  'kill -9 between any two statements of the chain from version $version loses nothing, and the next opening goes on',
  async ({ version, options }) => {
    const directory = newDirectory()
    const original = newFile(legacyDatabase(version, options), directory)
    const whole = join(directory, 'whole.db')
    copyFileSync(original, whole)
    const { points = [] } = await migrateInChild(whole, { orphans: 'keep-aside' })
    const expected = dump(whole)
    expect(points.filter((name) => name === 'BEGIN IMMEDIATE')).toHaveLength(6 - version)
    const rows = lasting(original)
    // The last step is the same from every version; the file of version 5 has more in it to lose.
    const end = version === 5 ? points.length : points.lastIndexOf('BEGIN IMMEDIATE') + 1
    const queue = points.slice(0, end).map((name, index) => ({ name, index }))
    const kindOf = (name: string) => name.replace(/\d+/g, '')
    const killedAt = new Set<string>()
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { name, index } = next
        const path = join(newDirectory(), 'agent.db')
        copyFileSync(original, path)
        const { signal, points: reached = [] } = await migrateInChild(path, {
          orphans: 'keep-aside',
          killAt: index,
        })
        // A slow machine copies in smaller chunks: a run may have fewer points than the first one.
        if (signal === null && reached.length <= index) continue
        expect(signal, name).toBe('SIGKILL')
        killedAt.add(kindOf(name))
        expect(lasting(path), `${index}: ${name}`).toEqual(rows)
        expect(oneValue(path, 'PRAGMA integrity_check'), name).toBe('ok')
        expect(Number(oneValue(path, 'SELECT value FROM _trace_meta')), name).toBeGreaterThanOrEqual(version)
        await using(path, (dataSource) => migrate(dataSource, { orphans: 'keep-aside', backup: false }))
        expect(dump(path), `${index}: ${name}`).toEqual(expected)
      }
    }
    const kinds = new Set(queue.map(({ name }) => kindOf(name)))
    await Promise.all([worker(), worker(), worker()])
    expect(killedAt).toEqual(kinds)
  },
)
