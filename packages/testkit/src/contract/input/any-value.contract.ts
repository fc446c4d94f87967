import { type Repositories, TractError } from '@tract/repositories'
import {
  type Arbitrary,
  anything,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  object,
  oneof,
  record,
} from 'fast-check'
import { describe, expect } from 'vitest'
import { aBlob } from '../../builders/blob.js'
import { A_TRACT } from '../../builders/seeded.js'
import { contentsOf } from '../contents.js'
import type { ContractTest } from '../fixture.js'
import { withSeed } from '../seed.js'
import { ROW_INPUTS, type RowInput, saveReferred } from './row-inputs.js'

const RUNS = 30
const SCOPE = { tractIds: [A_TRACT] }

/** Values of every kind that JavaScript has, and texts that mean something to a database, a file system or an object. */
const ANYTHING: Arbitrary<unknown> = oneof(
  anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  }),
  object({ key: constantFrom('__proto__', 'constructor', 'toString', 'a', ''), withBigInt: true }),
  constantFrom<unknown>(
    "'; DROP TABLE commits; --",
    '../../etc/passwd',
    'file:x?mode=memory',
    '__proto__',
    '%',
    '\u202e',
  ),
  constantFrom<unknown>(
    Number.MAX_SAFE_INTEGER,
    -0,
    0.1,
    2 ** 63,
    new Date(0),
    new Date('9999-12-31T23:59:59.999Z'),
  ),
  constant(undefined),
)

/** Whatever is given to a field: it comes back as it was saved, or it is refused before anything is written. */
export function anyValueContract(test: ContractTest): void {
  for (const row of ROW_INPUTS) {
    describe(`any value in any field of ${row.name}`, () => {
      test('is saved and read as what saving returned, or is refused and leaves no trace', async ({
        store,
      }) => {
        await saveReferred(store)
        const names = Object.keys(row.fields)
        let number = 0
        const plan = record({ name: constantFrom(...names), value: ANYTHING })
        const property = asyncProperty(plan, ({ name, value }) =>
          comesBackOrIsRefused(store, row, { ...row.valid(++number), [name]: value }),
        )
        await withSeed((seed) => assert(property, { seed, numRuns: RUNS }))
        expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(PROTOTYPE)
      })

      test('is read once: one that is another the next time is saved as it was first, or refused', async ({
        store,
      }) => {
        await saveReferred(store)
        for (const [number, name] of Object.keys(row.fields).entries()) {
          const valid = row.valid(number)
          let reads = 0
          const fickle = Object.defineProperty({ ...valid }, name, {
            enumerable: true,
            get: () => (reads++ === 0 ? valid[name] : { not: 'what was checked' }),
          })
          await comesBackOrIsRefused(store, row, fickle, name in valid ? { [name]: valid[name] } : {})
        }
      })
    })
  }

  describe('a payload of ten million bytes', () => {
    test('comes back to the byte', async ({ store }) => {
      const payloadJson = `{"text": "${'é\u2028😀\\n'.repeat(1_000_000)}"}`
      const blob = aBlob({ payloadJson })
      await store.blobs.saveIfAbsent(blob)
      const found = await store.blobs.get(blob.contentHash)
      expect(found?.payloadJson === payloadJson).toBe(true)
      expect(found?.byteSize).toBe(blob.byteSize)
    })
  })
}

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype)

/** @param expected what a row has that is saved */
async function comesBackOrIsRefused(
  store: Repositories,
  row: RowInput,
  input: object,
  expected: object = {},
): Promise<void> {
  const before = await contentsOf(store, SCOPE)
  let saved: object
  try {
    saved = await row.save(store, input as never)
  } catch (error) {
    // A key that is there already, a reference to nothing: those are answers too.
    expect(error).toBeInstanceOf(TractError)
    expect(await contentsOf(store, SCOPE)).toEqual(before)
    return
  }
  expect(saved).toMatchObject(expected)
  expect(await row.read(store, saved as never)).toEqual(saved)
}
