import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { startVitest, type TestCase } from 'vitest/node'
import { WRONG_WORKERS } from './wrong/wrong-workers.js'

/** One for all runs: what is caught must not hang on chance. */
const SEED = '1'

const tests: TestCase[] = []

beforeAll(async () => {
  const wanted = WRONG_WORKERS.flatMap(({ name, caughtBy }) => caughtBy.map((title) => `${name} .* ${title}`))
  const vitest = await startVitest('test', [], {
    config: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/wrong/contract-of-wrong-workers.ts'],
    watch: false,
    reporters: [{}],
    env: { TRACT_CONTRACT_SEED: SEED },
    testNamePattern: new RegExp(`^the store contract: (${wanted.join('|')})$`),
  })
  for (const file of vitest.state.getTestModules()) tests.push(...file.children.allTests())
  await vitest.close()
})

describe.each(WRONG_WORKERS)('a worker that is wrong: $name', ({ name, caughtBy, says }) => {
  it.each(caughtBy)('is caught by the test "%s"', (title) => {
    const test = tests.find(({ fullName, name: last }) => last === title && fullName.includes(`: ${name} >`))
    const result = test?.result()
    expect(result?.state).toBe('failed')
    const [error] = result?.errors ?? []
    expect(error?.message).toContain(title)
    expect(error?.message).toMatch(says)
    expect(error?.message).toContain(`to repeat it: TRACT_CONTRACT_SEED=${SEED}`)
  })
})
