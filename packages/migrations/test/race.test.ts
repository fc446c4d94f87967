import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { migrate } from '@tract/migrations'
import { legacyDatabase } from '@tract/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { childProgram } from './child.js'
import { dump, filesBeside, newFile, open, using } from './support.js'

interface Racer {
  readonly process: ChildProcessByStdio<Writable, Readable, null>
  readonly lines: AsyncIterator<string>
  readonly reader: Interface
}

const racers: Racer[] = []

beforeAll(async () => {
  for (let n = 0; n < 8; n++) {
    const process_ = spawn(process.execPath, [childProgram('race.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const reader = createInterface({ input: process_.stdout })
    racers.push({ process: process_, reader, lines: reader[Symbol.asyncIterator]() })
  }
  for (const { lines } of racers) expect((await lines.next()).value).toBe('ready')
})

afterAll(() => {
  for (const { process: racer } of racers) racer.kill()
})

const ROUNDS = [2, 3, 4, 5, 6, 7, 8, 8, 8, 8]

test.each([null, 1, 3, 5] as const)(
  'two to eight processes race to migrate one file from version %s: one does, the others wait and go on, none fails',
  async (version) => {
    const sql = version === null ? '' : legacyDatabase(version, version >= 3 ? { links: 3000 } : {})
    const whole = newFile(sql)
    await using(whole, (dataSource) => migrate(dataSource, { backup: false }))
    for (const count of ROUNDS) {
      const path = newFile(sql)
      const taking = racers.slice(0, count)
      for (const { process: racer } of taking) racer.stdin.write(`${path}\n`)
      const results = await Promise.all(
        taking.map(async ({ lines }) => JSON.parse((await lines.next()).value) as Record<string, unknown>),
      )
      expect(results.filter((result) => 'error' in result)).toEqual([])
      expect(results.filter(({ changed }) => changed)).toHaveLength(1)
      expect(filesBeside(path)).toHaveLength(version === null ? 1 : 2)
      if (count === 8) expect(dump(path)).toEqual(dump(whole))
    }
  },
)

test('two DataSources of one process migrate one file at the same time: neither blocks the other', async () => {
  const path = newFile(legacyDatabase(5, { links: 20_000 }))
  const results = await Promise.all([migrate(await open(path)), migrate(await open(path))])
  expect(results.map(({ changed }) => changed).sort()).toEqual([false, true])
})

test('two calls on one DataSource take turns', async () => {
  const dataSource = await open(newFile(legacyDatabase(3)))
  const results = await Promise.all([migrate(dataSource), migrate(dataSource)])
  expect(results.map(({ changed }) => changed)).toEqual([true, false])
})
