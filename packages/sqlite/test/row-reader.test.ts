import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import { it } from './support/it.js'
import { aBlob, aCommit, hash } from './support/rows.js'

const PROGRAM = fileURLToPath(new URL('programs/read-commit.mjs', import.meta.url))

describe('the rows of a store', () => {
  it('are the same in a process that forbids making code of text', async ({ store, location }) => {
    await store.blobs.saveIfAbsent(aBlob(1))
    const saved = await store.commits.save(aCommit(1, { metadataJson: { nested: { n: 2n ** 60n } } }))
    for (const flags of [[], ['--disallow-code-generation-from-strings']]) {
      const printed = execFileSync(process.execPath, [...flags, PROGRAM, location, hash(1)], {
        encoding: 'utf8',
      })
      expect(printed).toBe(`CommitRow ${JSON.stringify(saved, textOfBigint)}\n`)
    }
  })
})

function textOfBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}
