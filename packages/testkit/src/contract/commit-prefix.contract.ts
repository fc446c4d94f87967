import { AmbiguousPrefixError, InvalidInputError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { A_TRACT } from '../builders/seeded.js'
import { refusal } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { saveCommit, saveTied } from './seeds.js'

/** Finding one commit by the beginning of its hash. */
export function commitPrefixContract(test: ContractTest): void {
  describe('commits by prefix', () => {
    test('the one commit whose hash begins so is found', async ({ store }) => {
      const [commit] = await saveTied(store, ['abcd1111', 'abce2222'])
      expect(await store.commits.getByPrefix('abcd')).toEqual(commit)
      expect(await store.commits.getByPrefix('abcd1111')).toEqual(commit)
    })

    test('no commit is null', async ({ store }) => {
      await saveTied(store, ['abcd1111'])
      expect(await store.commits.getByPrefix('abcd2')).toBeNull()
      expect(await store.commits.getByPrefix('bcd1')).toBeNull()
      expect(await store.commits.getByPrefix('abcd11110')).toBeNull()
    })

    test('case matters', async ({ store }) => {
      await saveTied(store, ['abcd1111'])
      expect(await store.commits.getByPrefix('ABCD')).toBeNull()
    })

    test('several commits are an error that carries the candidates in order', async ({ store }) => {
      await saveTied(store, ['abcd3', 'abcd1', 'abcd2', 'abce'])
      const error = await refusal(AmbiguousPrefixError, () => store.commits.getByPrefix('abcd'))
      expect(error.prefix).toBe('abcd')
      expect(error.candidates).toEqual(['abcd1', 'abcd2', 'abcd3'])
    })

    test('a whole hash that begins another one is ambiguous too', async ({ store }) => {
      await saveTied(store, ['abcd', 'abcde'])
      const error = await refusal(AmbiguousPrefixError, () => store.commits.getByPrefix('abcd'))
      expect(error.candidates).toEqual(['abcd', 'abcde'])
    })

    test('of more than 100 candidates the first 100 are carried', async ({ store }) => {
      const hashes = Array.from({ length: 103 }, (_, index) => `abcd${index + 100}`)
      await saveTied(store, hashes.toReversed())
      const error = await refusal(AmbiguousPrefixError, () => store.commits.getByPrefix('abcd'))
      expect(error.candidates).toEqual(hashes.slice(0, 100))
    })

    test('a tract narrows the search', async ({ store }) => {
      const here = await saveCommit(store, { commitHash: 'abcd1' })
      await saveCommit(store, { commitHash: 'abcd2', tractId: 'another' })
      expect(await store.commits.getByPrefix('abcd', A_TRACT)).toEqual(here)
      expect(await store.commits.getByPrefix('abcd2', A_TRACT)).toBeNull()
      await refusal(AmbiguousPrefixError, () => store.commits.getByPrefix('abcd'))
      expect(await store.commits.getByPrefix('abcd', 'a tract without commits')).toBeNull()
    })

    test('the signs that searches use as wildcards are ordinary characters', async ({ store }) => {
      await saveTied(store, ['ab%d1', 'abxd1', 'ab_d2', 'ab*d3', 'ab?d4', 'ab[d5', 'ab\\d6'])
      for (const hash of ['ab%d1', 'ab_d2', 'ab*d3', 'ab?d4', 'ab[d5', 'ab\\d6']) {
        const found = await store.commits.getByPrefix(hash.slice(0, 4))
        expect(found?.commitHash, hash).toBe(hash)
      }
      for (const prefix of ['%%%%', '____', 'ab%%', 'a%d1', 'ab.d']) {
        expect(await store.commits.getByPrefix(prefix), prefix).toBeNull()
      }
    })

    test('characters outside of ASCII are found as well', async ({ store }) => {
      await saveTied(store, ['😀😀😀😀1', '中文字符2', '\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}3'])
      for (const prefix of ['😀😀😀😀', '中文字符', '\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}']) {
        expect((await store.commits.getByPrefix(prefix))?.commitHash.startsWith(prefix), prefix).toBe(true)
      }
    })

    test('a prefix of under 4 characters is refused, characters being code points', async ({ store }) => {
      await saveTied(store, ['abcd', '😀😀😀'])
      for (const prefix of ['', 'a', 'abc', '😀😀😀']) {
        const error = await refusal(InvalidInputError, () => store.commits.getByPrefix(prefix))
        expect(error.field).toContain('prefix')
      }
    })
  })
}
