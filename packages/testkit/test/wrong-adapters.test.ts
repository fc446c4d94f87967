import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { startVitest, type TestCase } from 'vitest/node'
import { WRONG_ADAPTERS } from './wrong/all.js'
import { SEPARATOR } from './wrong/wrong-adapter.js'

/** An adapter that waits for ever cannot be closed either. */
const CLOSING_MS = 500

const tests = new Map<string, TestCase>()

beforeAll(async () => {
  const vitest = await startVitest('test', [], {
    config: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/wrong/contract-of-wrong-adapters.ts'],
    watch: false,
    passWithNoTests: true,
    reporters: [{}],
    hookTimeout: CLOSING_MS,
  })
  for (const file of vitest.state.getTestModules()) {
    for (const test of file.children.allTests()) tests.set(test.fullName, test)
  }
  await vitest.close()
})

describe.each(WRONG_ADAPTERS)('an adapter that is wrong: $name', (wrong) => {
  it.each(wrong.caughtBy)('is caught by the test "%s"', (title) => {
    const result = tests.get([wrong.name, title].join(SEPARATOR))?.result()
    expect(result?.state).toBe('failed')
    const [error] = result?.errors ?? []
    expect(error).toMatchObject({ name: wrong.hangs ? 'Error' : (wrong.failsAs ?? 'AssertionError') })
    expect(error?.message).toContain(`\n  ${title.split(SEPARATOR).join(': ')}\n`)
  })
})
