import { InvalidInputError, type Repositories } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { A_TRACT } from '../../builders/seeded.js'
import { contentsOf, type Scope } from '../contents.js'
import { refusal } from '../expectations.js'
import type { ContractTest } from '../fixture.js'
import { NO_COUNT, NO_TIME, noJson, noName, noText, noValueOf } from './hostile-values.js'
import { type Field, ROW_INPUTS, type RowInput, saveReferred } from './row-inputs.js'

/** What the saving methods take in each field, and what they refuse before anything is written. */
export function rowInputContract(test: ContractTest): void {
  for (const row of ROW_INPUTS) {
    describe(`the input of ${row.name}`, () => {
      test('is refused with a wrong value in any field, and nothing is written', async ({ store }) => {
        await saveReferred(store)
        await leavingNoTrace(store, row, async () => {
          for (const [name, field] of Object.entries(row.fields)) {
            for (const value of wrongFor(field))
              await refused(store, row, { ...row.valid(0), [name]: value }, name)
          }
        })
      })

      test('is refused without a field that it needs, and nothing is written', async ({ store }) => {
        await saveReferred(store)
        await leavingNoTrace(store, row, async () => {
          for (const [name, field] of Object.entries(row.fields)) {
            if (field.mayBeLeftOut) continue
            const { [name]: _, ...rest } = row.valid(0)
            await refused(store, row, rest, name)
          }
        })
      })

      test('is refused with a field that it does not know, and nothing is written', async ({ store }) => {
        await saveReferred(store)
        await leavingNoTrace(store, row, async () => {
          for (const name of ['tractID', 'tract_id', 'toString', 'extra']) {
            await refused(store, row, { ...row.valid(0), [name]: 'x' }, name)
          }
        })
      })

      test('is refused where it is no object, and where reading it throws', async ({ store }) => {
        await saveReferred(store)
        await leavingNoTrace(store, row, async () => {
          const throws = Object.defineProperty({ ...row.valid(0) }, 'tractId', {
            enumerable: true,
            get: fail,
          })
          for (const input of [undefined, null, 'input', 1, true, [row.valid(0)], () => row.valid(0)]) {
            await refusal(InvalidInputError, () => row.save(store, input as never))
          }
          if ('tractId' in row.fields)
            await refusal(InvalidInputError, () => row.save(store, throws as never))
        })
      })

      test('keeps the longest texts and the extreme numbers of every field', async ({ store }) => {
        await saveReferred(store)
        let number = 0
        for (const [name, field] of Object.entries(row.fields)) {
          for (const value of extremesOf(field)) {
            const input = { ...row.valid(++number), [name]: value }
            const saved = await row.save(store, input as never)
            const place = `${name} of ${describeValue(value)}`
            expect(saved, place).toMatchObject({ [name]: value })
            expect(await row.read(store, saved as never), place).toEqual(saved)
          }
        }
      })

      test('gives a minus zero back as it is read', async ({ store }) => {
        await saveReferred(store)
        const names = Object.keys(row.fields).filter((name) => row.fields[name]?.kind === 'count')
        for (const [number, name] of names.entries()) {
          const saved = await row.save(store, { ...row.valid(number), [name]: -0 } as never)
          expect(await row.read(store, saved as never), name).toEqual(saved)
        }
      })

      test('is read when it is given: what its owner changes afterwards is not stored', async ({ store }) => {
        await saveReferred(store)
        const input: Record<string, unknown> = { ...row.valid(1) }
        const { sources: _, results: __, effectives: ___, blob: ____, ...given } = input
        const saving = row.save(store, input as never)
        for (const name of Object.keys(input)) input[name] = 'changed'
        const saved = await saving
        expect(saved).toMatchObject(given)
        expect(await row.read(store, saved as never)).toEqual(saved)
      })
    })
  }
}

/** Runs hostile calls and expects everything to be as it was, also that no row of the valid input's key appeared. */
async function leavingNoTrace(store: Repositories, row: RowInput, work: () => Promise<void>): Promise<void> {
  const valid = row.valid(0)
  const scope: Scope = {
    tractIds: [A_TRACT],
    contentHashes: 'byteSize' in valid ? [String(valid.contentHash)] : [],
    proposalIds: 'proposalId' in valid ? [String(valid.proposalId)] : [],
  }
  const before = await contentsOf(store, scope)
  await work()
  expect(await contentsOf(store, scope)).toEqual(before)
  // The input that all of them were made from is in order: it was their one wrong field that was refused.
  await row.save(store, valid as never)
  expect(await contentsOf(store, scope)).not.toEqual(before)
}

async function refused(
  store: Repositories,
  row: RowInput,
  input: Readonly<Record<string, unknown>>,
  field: string,
): Promise<void> {
  const what = `${row.name} with ${field} ${describeValue(input[field])}`
  const error = await refusal(InvalidInputError, () => row.save(store, input as never), what)
  expect(error.field, `the error of ${what} names the field`).toContain(field)
}

function wrongFor(field: Field): readonly unknown[] {
  return allWrongFor(field).filter((value) => value !== null || !field.isNullable)
}

function allWrongFor(field: Field): readonly unknown[] {
  switch (field.kind) {
    case 'text':
      return field.mayBeEmpty === false ? noName(field.longest) : noText(field.longest)
    case 'count':
      return NO_COUNT
    case 'time':
      return NO_TIME
    case 'json':
      return noJson()
    case 'enumeration':
      return noValueOf(field.values)
  }
}

function extremesOf(field: Field): readonly unknown[] {
  const none = field.isNullable ? [null] : []
  if (field.kind === 'count') return [0, Number.MAX_SAFE_INTEGER]
  if (field.kind === 'enumeration') return field.values
  if (field.kind !== 'text' || field.refers) return none
  const length = Math.min(field.longest, 100_000)
  const texts = [
    'x'.repeat(length),
    '😀'.repeat(length),
    ' ',
    "'; DROP TABLE commits; --",
    '../../etc/passwd',
    'é\n中\t"\\',
  ]
  return [...none, ...texts, ...(field.mayBeEmpty ? [''] : [])]
}

function describeValue(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : String(typeof value === 'object' ? typeof value : String(value))
}

function fail(): never {
  throw new Error('a getter that throws')
}
