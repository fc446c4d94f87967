import { readArguments } from '../support/memory-input.js'
import { lenient, type WrongAdapter, wrongCall, wrongTexts, wrongValues } from './wrong-adapter.js'

const TIME = /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/
const COMES_BACK = 'comes back as it was given, from saving and from reading'

/** Values that are not what was given, and values that are to be refused. */
export const WRONG_VALUES: readonly WrongAdapter[] = [
  {
    name: 'microseconds are cut off',
    caughtBy: ['createdAt of commits.save > keeps its microseconds and its place in time'],
    parts: wrongValues((value) =>
      typeof value === 'string' && TIME.test(value) ? `${value.slice(0, -4)}000Z` : value,
    ),
  },
  {
    name: 'times are read as those of another zone',
    caughtBy: ['createdAt of annotations.save > keeps its microseconds and its place in time'],
    parts: wrongValues((value) =>
      typeof value === 'string' && TIME.test(value) ? value.replace(/T\d\d/, 'T05') : value,
    ),
  },
  {
    name: 'JSON null comes back as the text null',
    caughtBy: [
      'paramsJson of operationEvents.saveEvent > is null where it was null and where it was left out',
    ],
    parts: wrongCall('operationEvents', 'getEvent', (right) => async (eventId) => {
      const event = await right(eventId)
      return event === null ? null : { ...event, paramsJson: event.paramsJson ?? 'null' }
    }),
  },
  {
    name: 'integers beyond 2^53 are rounded',
    caughtBy: [`metadataJson of commits.save > ${COMES_BACK}`],
    parts: wrongValues((value) => (typeof value === 'bigint' ? Number(value) : value)),
  },
  {
    name: 'keys of JSON objects are sorted',
    caughtBy: [`generationConfigJson of commits.save > ${COMES_BACK}`],
    parts: wrongValues((value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
        : value,
    ),
  },
  {
    name: 'the minus of a zero in JSON is lost',
    caughtBy: [`paramsJson of compileRecords.saveRecord > ${COMES_BACK}`],
    parts: wrongValues((value) => (value === 0 ? 0 : value)),
  },
  {
    name: 'the key __proto__ of JSON objects is lost',
    caughtBy: [`actionParamsJson of policies.saveProposal > ${COMES_BACK}`],
    parts: wrongValues((value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
      return Object.fromEntries(Object.entries(value).filter(([name]) => name !== '__proto__'))
    }),
  },
  {
    name: 'a lone surrogate becomes the replacement character',
    caughtBy: [
      'the input of commits.save > is refused with a wrong value in any field, and nothing is written',
      'the arguments of > commits.get are refused where they are wrong, and nothing is changed',
    ],
    parts: wrongTexts((text) => text.toWellFormed()),
  },
  {
    name: 'texts end at a NUL',
    caughtBy: [
      'the input of annotations.save > is refused with a wrong value in any field, and nothing is written',
    ],
    parts: wrongTexts((text) => (text.startsWith('\0') ? text.slice(1) : (text.split('\0')[0] ?? ''))),
  },
  {
    name: 'ids of more than 64 characters are cut off',
    caughtBy: [
      'the input of operationEvents.saveEvent > is refused with a wrong value in any field, and nothing is written',
      'the arguments of > refs.getHead are refused where they are wrong, and nothing is changed',
    ],
    parts: wrongTexts((text) => [...text].slice(0, 64).join('')),
  },
  {
    name: 'the length of ids is counted in UTF-16 units',
    caughtBy: ['the arguments of > all methods may be 64 characters of four bytes'],
    parts: wrongTexts((text) => text.slice(0, 64)),
  },
  {
    name: 'an empty id is an id',
    caughtBy: [
      'the input of compileRecords.saveRecord > is refused with a wrong value in any field, and nothing is written',
    ],
    parts: lenient((method, [input]) => method === 'compileRecords.saveRecord' && isEmptyId(input)),
  },
  {
    name: 'a limit of 0 is no limit',
    caughtBy: ['the arguments of > policies.getLog are refused where they are wrong, and nothing is changed'],
    parts: lenient(
      (method, [, options]) =>
        method === 'policies.getLog' &&
        typeof options === 'object' &&
        JSON.stringify(options) === '{"limit":0}',
    ),
  },
  {
    name: 'a field that is not known is ignored',
    caughtBy: [
      'the input of blobs.saveIfAbsent > is refused with a field that it does not know, and nothing is written',
    ],
    parts: lenient(
      (method, [input]) =>
        method === 'blobs.saveIfAbsent' && typeof input === 'object' && 'extra' in (input ?? {}),
    ),
  },
  {
    name: 'a read gives the same object again',
    caughtBy: ['a store > gives rows that are nobody else’s: changing one changes nothing that is stored'],
    around: (store) => {
      const rows = new Map<string, ReturnType<typeof store.commits.get>>()
      const get = (hash: string) => {
        const row = rows.get(hash) ?? store.commits.get(hash)
        rows.set(hash, row)
        return row
      }
      return { ...store, commits: Object.assign({}, store.commits, { get }) }
    },
  },
  {
    name: 'what is given is read after the call has returned',
    caughtBy: [
      'the input of commits.save > is read when it is given: what its owner changes afterwards is not stored',
    ],
    failsAs: 'InvalidInputError',
    around: (store) => {
      const save: typeof store.commits.save = async (commit) => {
        await Promise.resolve()
        return store.commits.save(commit)
      }
      return { ...store, commits: Object.assign({}, store.commits, { save }) }
    },
  },
  {
    name: 'what was checked is read again to be stored',
    caughtBy: [
      'any value in any field of blobs.saveIfAbsent > is read once: one that is another the next time is saved as it was first, or refused',
    ],
    parts: {
      read: (method, given) => {
        readArguments(method, given)
        return given.map((value) => (method === 'blobs.saveIfAbsent' ? Object.assign({}, value) : value))
      },
    },
  },
  {
    name: 'a stored row that has the key replaces the one that had it',
    caughtBy: [
      'stored rows > a stored row keeps every text, and the row that had its key is returned and stays',
    ],
    parts: wrongCall('storedRows', 'insert', (right, state) => async (table, rows) => {
      if (table !== 'commits') return right(table, rows)
      const hashes = new Set(rows.map((row) => row.commit_hash))
      state.commits = state.commits.filter(({ commitHash }) => !hashes.has(commitHash))
      return right(table, rows)
    }),
  },
]

function isEmptyId(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'recordId' in input && input.recordId === ''
}
