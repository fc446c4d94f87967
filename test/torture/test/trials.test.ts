import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { trials } from '../src/trials/trials.js'

const run = promisify(execFile)
const TORTURE = fileURLToPath(new URL('../bin/torture.js', import.meta.url))
/** A short trial takes seconds; other work on the machine may stretch that. */
const PATIENCE_MS = 240_000

async function torture(...args: readonly string[]) {
  return run(process.execPath, [TORTURE, ...args], { maxBuffer: 1 << 26 })
}

describe('in its short form', () => {
  for (const { name, says, skipped } of trials) {
    const reason = skipped?.()
    it.skipIf(reason !== undefined)(
      reason === undefined ? `${name}: ${says}` : `${name} is skipped: ${reason}`,
      async () => {
        const { stdout } = await torture('--short', '--json', '--only', name).catch((error) => error)
        const { seed, outcomes } = JSON.parse(stdout)
        const outcome = outcomes.find((one: { name: string }) => one.name === name)
        expect(outcome.broken, `seed ${seed}`).toEqual([])
      },
      PATIENCE_MS,
    )
  }
})

describe('pnpm torture', () => {
  it(
    'refuses what it does not know, with exit code 2',
    async () => {
      await expect(torture('--hard')).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining("'--hard'"),
      })
      await expect(torture('--only', 'mercy')).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--only: found mercy, expected a part of one of processes'),
      })
      await expect(torture('--rounds', 'many')).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--rounds: found many, expected a whole number from 1'),
      })
    },
    PATIENCE_MS,
  )
})
