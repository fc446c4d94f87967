import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Hashes } from '../src/bundle/hashes.js'

test('a set of hashes holds what was added, and nothing else', () => {
  const some = fc.oneof(
    fc.nat({ max: 4000 }).map((number) => hash('sha256', String(number), 'hex')),
    fc.constantFrom('0'.repeat(64), `1${'0'.repeat(63)}`, `${'0'.repeat(63)}1`, '', 'id', 'F'.repeat(64)),
  )
  fc.assert(
    fc.property(fc.array(some, { maxLength: 3000, size: 'max' }), fc.array(some), (added, asked) => {
      const hashes = new Hashes()
      const expected = new Set<string>()
      for (const one of added) {
        expect(hashes.add(one)).toBe(!expected.has(one))
        expected.add(one)
      }
      for (const one of [...added, ...asked]) expect(hashes.has(one)).toBe(expected.has(one))
    }),
    { numRuns: 20 },
  )
})
