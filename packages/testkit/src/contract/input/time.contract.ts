import { Timestamp } from '@tract/schema'
import { describe, expect } from 'vitest'
import type { ContractTest } from '../fixture.js'
import { ROW_INPUTS, saveReferred } from './row-inputs.js'

/** Texts that are stored and given back as they are. */
const TIMES = [
  '2026-02-20T15:39:08.123456Z',
  '2026-02-20T15:39:08.000001Z',
  '2026-02-20T15:39:08.000000Z',
  '2026-02-20T15:39:08.999999Z',
  // An hour that the clocks of some time zones skip or repeat.
  '2026-03-08T02:30:00.000001Z',
  '2026-10-25T01:30:00.000001Z',
  '2024-02-29T23:59:59.999999Z',
  '0001-01-01T00:00:00.000000Z',
  '1969-12-31T23:59:59.999999Z',
  '9999-12-31T23:59:59.999999Z',
].map((text) => Timestamp.from(text))

/** Times in every field that holds one. */
export function timeContract(test: ContractTest): void {
  for (const row of ROW_INPUTS) {
    const fields = Object.keys(row.fields).filter((name) => row.fields[name]?.kind === 'time')
    for (const field of fields) {
      describe(`${field} of ${row.name}`, () => {
        test('keeps its microseconds and its place in time', async ({ store }) => {
          await saveReferred(store)
          for (const [number, time] of TIMES.entries()) {
            const saved = await row.save(store, { ...row.valid(number), [field]: time } as never)
            expect(saved).toMatchObject({ [field]: time })
            expect(await row.read(store, saved as never)).toEqual(saved)
          }
        })

        test('may be given as a Date', async ({ store }) => {
          await saveReferred(store)
          const date = new Date('2026-02-20T15:39:08.123Z')
          const saved = await row.save(store, { ...row.valid(1), [field]: date } as never)
          expect(saved).toMatchObject({ [field]: '2026-02-20T15:39:08.123000Z' })
          expect(await row.read(store, saved as never)).toEqual(saved)
        })
      })
    }

    test(`${row.name} without a time takes the present, later for every row`, async ({ store }) => {
      await saveReferred(store)
      const times: string[] = []
      for (let number = 1; number <= 5; number++) {
        const { createdAt: _, ...input } = row.valid(number)
        const saved = (await row.save(store, input as never)) as { readonly createdAt: string }
        expect(await row.read(store, saved as never)).toEqual(saved)
        times.push(saved.createdAt)
      }
      expect(times).toEqual([...new Set(times)].sort())
      const minutesAgo = Timestamp.from(new Date(Date.now() - 120_000))
      expect(times[0] !== undefined && times[0] > minutesAgo).toBe(true)
    })
  }
}
