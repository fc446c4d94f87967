import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const BENCH = new URL('../bin/bench.js', import.meta.url).pathname
/** A quick run takes well under a minute; other work on the machine may stretch that. */
const PATIENCE_MS = 240_000

async function bench(...args: readonly string[]) {
  return run(process.execPath, ['--expose-gc', BENCH, ...args], { maxBuffer: 1 << 26 })
}

describe('pnpm bench', () => {
  it(
    'with --quick answers every question, everybody the same, and measures each',
    async () => {
      const { stdout } = await bench('--quick', '--json')
      const { machine, answers, studies } = JSON.parse(stdout)
      expect(machine).toMatchObject({ node: process.version, sqlite: expect.stringMatching(/^3\./) })
      expect(answers.length).toBeGreaterThanOrEqual(20)
      for (const { name, times, ratio, peers } of answers) {
        expect(times.tract.median, name).toBeGreaterThan(0)
        expect(times.limit.median, name).toBeGreaterThan(0)
        expect(ratio.median, name).toBeGreaterThan(0)
        expect(Object.keys(peers), name).toContain('kysely')
      }
      expect(studies.map((study: { name: string }) => study.name)).toEqual([
        'opening',
        'cold',
        'growth',
        'long-chain',
        'asking',
        'index-cost',
        'migrating',
        'conversation',
      ])
    },
    PATIENCE_MS,
  )

  it(
    'with --only leaves out the rest, and prints a table',
    async () => {
      const { stdout } = await bench('--quick', '--only', 'get-event')
      expect(stdout).toMatch(/^operation +tract +limit +ratio/m)
      expect(stdout).toMatch(/^get an event by id /m)
      expect(stdout).not.toContain('get a commit')
    },
    PATIENCE_MS,
  )

  it('refuses what it does not know, with exit code 2', async () => {
    await expect(bench('--fast')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'--fast'"),
    })
    await expect(bench('--sizes', 'huge')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--sizes: found huge, expected a whole number from 1000'),
    })
  })
})
