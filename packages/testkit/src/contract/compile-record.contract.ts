import {
  AlreadyExistsError,
  InvalidInputError,
  MissingReferenceError,
  type Repositories,
} from '@tract/repositories'
import { describe, expect } from 'vitest'
import { aCompileRecord } from '../builders/compile-record.js'
import { A_TRACT } from '../builders/seeded.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { SAME_TIME, saveTied } from './seeds.js'

const SCOPE = { tractIds: [A_TRACT, 'another'] }

/** What was sent to a model. */
export function compileRecordContract(test: ContractTest): void {
  describe('compile records', () => {
    test('save and get record', async ({ store }) => {
      const record = aCompileRecord()
      const saved = await store.compileRecords.saveRecord(record)
      expect(saved).toEqual(record)
      expect(await store.compileRecords.getRecord(record.recordId)).toEqual(saved)
    })

    test('add and get effectives', async ({ store }) => {
      const recordId = await saveRecord(store, 'record')
      await saveTied(store, ['zebra', 'apple', 'mango'])
      await store.compileRecords.addEffective(recordId, 'apple', 1)
      await store.compileRecords.addEffective(recordId, 'mango', 10)
      await store.compileRecords.addEffective(recordId, 'zebra', 0)
      expect(await store.compileRecords.getEffectives(recordId)).toEqual([
        { recordId, commitHash: 'zebra', position: 0 },
        { recordId, commitHash: 'apple', position: 1 },
        { recordId, commitHash: 'mango', position: 10 },
      ])
    })

    test('effectives of one position come in the order of insertion', async ({ store }) => {
      const recordId = await saveRecord(store, 'record')
      await saveTied(store, ['zebra', 'apple', 'mango', 'first'])
      for (const hash of ['zebra', 'apple', 'mango'])
        await store.compileRecords.addEffective(recordId, hash, 4)
      await store.compileRecords.addEffective(recordId, 'first', 3)
      expect(await effectives(store, recordId)).toEqual(['first', 'zebra', 'apple', 'mango'])
    })

    test('get all (chronological)', async ({ store }) => {
      const save = (recordId: string, seed: number, tractId = A_TRACT) =>
        store.compileRecords.saveRecord(aCompileRecord({ recordId, tractId }, seed))
      const late = await save('late', 3)
      const early = await save('early', 1)
      const middle = await save('middle', 2)
      await save('elsewhere', 2, 'another')
      expect(await store.compileRecords.getAll(A_TRACT)).toEqual([early, middle, late])
      expect(await store.compileRecords.getAll('a tract without records')).toEqual([])
      expect(await store.compileRecords.getAllIds(A_TRACT)).toEqual(['early', 'middle', 'late'])
      expect(await store.compileRecords.getAllIds('a tract without records')).toEqual([])
    })

    test('records of one time come in the order of insertion', async ({ store }) => {
      for (const recordId of ['zebra', 'apple', 'mango']) await saveRecord(store, recordId)
      const records = await store.compileRecords.getAll(A_TRACT)
      expect(records.map(({ recordId }) => recordId)).toEqual(['zebra', 'apple', 'mango'])
      expect(await store.compileRecords.getAllIds(A_TRACT)).toEqual(['zebra', 'apple', 'mango'])
    })

    test('get record not found', async ({ store }) => {
      expect(await store.compileRecords.getRecord('unknown')).toBeNull()
    })

    test('get effectives empty', async ({ store }) => {
      await saveRecord(store, 'record')
      expect(await store.compileRecords.getEffectives('record')).toEqual([])
      expect(await store.compileRecords.getEffectives('unknown')).toEqual([])
    })

    test('the head may be empty, and need not exist', async ({ store }) => {
      for (const headHash of ['', 'unknown']) {
        const record = await store.compileRecords.saveRecord(
          aCompileRecord({ recordId: `at ${headHash}`, headHash }),
        )
        expect(record.headHash).toBe(headHash)
        expect(await store.compileRecords.getRecord(record.recordId)).toEqual(record)
      }
    })

    test('params that are left out are null', async ({ store }) => {
      const { paramsJson: _, ...record } = aCompileRecord()
      expect(await store.compileRecords.saveRecord(record)).toEqual({ ...record, paramsJson: null })
      expect((await store.compileRecords.getRecord(record.recordId))?.paramsJson).toBeNull()
    })

    test('a second record of one id is refused and the first stays', async ({ store }) => {
      await saveTied(store, ['one'])
      await saveRecord(store, 'record')
      const again = aCompileRecord({ recordId: 'record', tractId: 'another', tokenCount: 99 })
      const single = () => store.compileRecords.saveRecord(again)
      const error = await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, single)
      expect(error.key).toEqual({ recordId: 'record' })
      const unit = () => store.compileRecords.saveRecordWithEffectives({ ...again, effectives: ['one'] })
      await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, unit)
    })

    test('linking a commit twice is refused', async ({ store }) => {
      const recordId = await saveRecord(store, 'record')
      await saveTied(store, ['one'])
      await store.compileRecords.addEffective(recordId, 'one', 0)
      const again = () => store.compileRecords.addEffective(recordId, 'one', 1)
      const error = await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, again)
      expect(error.key).toEqual({ recordId, commitHash: 'one' })
    })

    test('a record or a commit that does not exist cannot be linked', async ({ store }) => {
      const recordId = await saveRecord(store, 'record')
      await saveTied(store, ['one'])
      const toRecord = () => store.compileRecords.addEffective('unknown', 'one', 0)
      const record = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, toRecord)
      expect(record).toMatchObject({ field: 'recordId', missing: 'unknown' })
      const toCommit = () => store.compileRecords.addEffective(recordId, 'unknown', 0)
      const commit = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, toCommit)
      expect(commit).toMatchObject({ field: 'commitHash', missing: 'unknown' })
      expect(await store.compileRecords.getEffectives('unknown')).toEqual([])
    })

    test('a whole record is saved in one call, positions being the index', async ({ store }) => {
      await saveTied(store, ['zebra', 'apple', 'mango'])
      const { commitCount: _, ...record } = aCompileRecord()
      const saved = await store.compileRecords.saveRecordWithEffectives({
        ...record,
        effectives: ['zebra', 'apple', 'mango'],
      })
      expect(saved).toEqual({ ...record, commitCount: 3 })
      const { recordId } = record
      expect(await store.compileRecords.getRecord(recordId)).toEqual(saved)
      expect(await store.compileRecords.getEffectives(recordId)).toEqual([
        { recordId, commitHash: 'zebra', position: 0 },
        { recordId, commitHash: 'apple', position: 1 },
        { recordId, commitHash: 'mango', position: 2 },
      ])
    })

    test('a repeated commit is linked once, at its first position, and counts every time', async ({
      store,
    }) => {
      await saveTied(store, ['zebra', 'apple', 'mango'])
      const unit = { ...aCompileRecord(), effectives: ['zebra', 'apple', 'zebra', 'mango', 'apple'] }
      const saved = await store.compileRecords.saveRecordWithEffectives({ ...unit, commitCount: 5 })
      expect(saved.commitCount).toBe(5)
      const links = await store.compileRecords.getEffectives(saved.recordId)
      expect(links.map(({ commitHash, position }) => [commitHash, position])).toEqual([
        ['zebra', 0],
        ['apple', 1],
        ['mango', 3],
      ])
    })

    test('a whole record may have no effective commits', async ({ store }) => {
      const saved = await store.compileRecords.saveRecordWithEffectives({
        ...aCompileRecord({ headHash: '', commitCount: 0 }),
        effectives: [],
      })
      expect(saved.commitCount).toBe(0)
      expect(await store.compileRecords.getEffectives(saved.recordId)).toEqual([])
    })

    test('a whole record takes 100,000 entries', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      const { commitCount: _, ...record } = aCompileRecord()
      const entries = Array.from({ length: 100_000 }, (_, index) => (index % 2 === 0 ? 'one' : 'two'))
      const saved = await store.compileRecords.saveRecordWithEffectives({ ...record, effectives: entries })
      expect(saved.commitCount).toBe(100_000)
      expect(await effectives(store, saved.recordId)).toEqual(['one', 'two'])
    })

    test('a commit count that is not the number of entries is refused', async ({ store }) => {
      await saveTied(store, ['one'])
      for (const commitCount of [0, 2]) {
        const unit = { ...aCompileRecord({ recordId: 'record', commitCount }), effectives: ['one'] }
        const call = () => store.compileRecords.saveRecordWithEffectives(unit)
        const error = await refusalWithoutTrace(store, SCOPE, InvalidInputError, call)
        expect(error.field).toContain('commitCount')
      }
    })

    test('a missing commit at the end of a whole record leaves nothing of it', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      const unit = {
        ...aCompileRecord({ recordId: 'record', commitCount: 3 }),
        effectives: ['one', 'two', 'unknown'],
      }
      const call = () => store.compileRecords.saveRecordWithEffectives(unit)
      const error = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, call)
      expect(error).toMatchObject({ field: 'commitHash', missing: 'unknown' })
      expect(await store.compileRecords.getRecord('record')).toBeNull()
      expect(await store.compileRecords.getEffectives('record')).toEqual([])
    })
  })
}

/** Saves a record of the time that all share, and returns its id. */
async function saveRecord(store: Repositories, recordId: string): Promise<string> {
  await store.compileRecords.saveRecord(aCompileRecord({ recordId, createdAt: SAME_TIME }))
  return recordId
}

async function effectives(store: Repositories, recordId: string): Promise<readonly string[]> {
  return (await store.compileRecords.getEffectives(recordId)).map(({ commitHash }) => commitHash)
}
