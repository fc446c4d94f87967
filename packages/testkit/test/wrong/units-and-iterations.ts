import { Timestamp } from '@tract/schema'
import type { ModelState } from '../../src/model/state.js'
import { MemoryDatabase } from '../support/memory-store.js'
import { type WrongAdapter, wrongCall } from './wrong-adapter.js'

const UNIT = 'a commit with its blob'
const ITERATIONS = 'iterations'
const STORED = 'stored rows'

export const WRONG_UNITS_AND_ITERATIONS: readonly WrongAdapter[] = [
  {
    name: 'a commit that is refused leaves its payload in the transaction',
    caughtBy: [`${UNIT} > that is refused inside a transaction leaves nothing, and the transaction goes on`],
    parts: wrongCall('commits', 'saveWithBlob', (right, state) => (unit) => {
      const { blob } = unit
      const isKnown = state.blobs.some(({ contentHash }) => contentHash === blob.contentHash)
      if (!isKnown) state.blobs.push({ ...blob, createdAt: Timestamp.now() })
      return right(unit)
    }),
  },
  {
    name: 'a commit with its blob moves a ref wherever it is',
    caughtBy: [`${UNIT} > moves a ref only from where it is expected`],
    parts: wrongCall(
      'commits',
      'saveWithBlob',
      (right) =>
        ({ expected: _, ...unit }) =>
          right(unit),
    ),
  },
  {
    name: 'a commit with its blob moves no ref',
    caughtBy: [`${UNIT} > is saved in one call, and moves the ref that is named`],
    parts: wrongCall(
      'commits',
      'saveWithBlob',
      (right) =>
        ({ refName: _, expected: __, ...unit }) =>
          right(unit),
    ),
  },
  {
    name: 'a commit with its blob overwrites the payload',
    caughtBy: [`${UNIT} > keeps the payload that is there`],
    parts: wrongCall('commits', 'saveWithBlob', (right, state) => (unit) => {
      state.blobs = state.blobs.filter(({ contentHash }) => contentHash !== unit.blob.contentHash)
      return right(unit)
    }),
  },
  {
    name: 'an iteration over a chain ends after a thousand commits',
    caughtBy: [`${ITERATIONS} > give what the reads of the whole give, in the same order`],
    parts: wrongCall(
      'commits',
      'iterateAncestors',
      (right) =>
        async function* (hash, options) {
          let count = 0
          for await (const commit of right(hash, options)) if (count++ < 1_000) yield commit
        },
    ),
  },
  {
    name: 'an iteration over a chain ends at the first commit of another operation',
    caughtBy: [
      `${ITERATIONS} > of a chain may leave out commits of other operations, and go on through them`,
    ],
    parts: wrongCall(
      'commits',
      'iterateAncestors',
      (right) =>
        async function* (hash, options = {}) {
          for await (const commit of right(hash)) {
            if (options.operation !== undefined && commit.operation !== options.operation) return
            yield commit
          }
        },
    ),
  },
  {
    name: 'an iteration over hashes gives the first of a thousand twice',
    caughtBy: [`${ITERATIONS} > give what the reads of the whole give, in the same order`],
    parts: wrongCall(
      'commits',
      'iterateHashes',
      (right) =>
        async function* (tractId) {
          let count = 0
          for await (const hash of right(tractId)) {
            yield hash
            if (++count % 1_000 === 0) yield hash
          }
        },
    ),
  },
  {
    name: 'what can be read of a table ends after a thousand rows',
    caughtBy: [
      `${STORED} > what can be read of a sound table is every row, as it is read otherwise, in the order of insertion`,
    ],
    parts: wrongCall(
      'storedRows',
      'iterateReadable',
      (right) =>
        async function* (table) {
          let count = 0
          for await (const row of right(table)) if (count++ < 1_000) yield row
        },
    ),
  },
  {
    name: 'what may be missing is allowed in no transaction',
    caughtBy: [
      `${STORED} > rows that name missing ones are stored where gaps are allowed, until that transaction has ended`,
    ],
    parts: wrongCall('storedRows', 'insert', (right, state) => (table, rows) => {
      state.allowsGaps = false
      return right(table, rows)
    }),
  },
  {
    name: 'what may be missing is allowed for ever after',
    caughtBy: [
      `${STORED} > rows that name missing ones are stored where gaps are allowed, until that transaction has ended`,
    ],
    database: () =>
      new (class extends MemoryDatabase {
        #allows = false

        override begin(): ModelState {
          return { ...super.begin(), allowsGaps: this.#allows }
        }

        override commit(state: ModelState): void {
          const missing = state.commits.some(
            ({ contentHash }) => !state.blobs.some((blob) => blob.contentHash === contentHash),
          )
          this.#allows ||= missing
          super.commit(state)
        }
      })(),
  },
  {
    name: 'an iteration over sources goes through the events of every tract',
    caughtBy: [`${ITERATIONS} > of sources give those of each event, also of one with very many`],
    parts: wrongCall(
      'operationEvents',
      'iterateSourceHashes',
      (_, state) =>
        async function* () {
          for (const link of state.operationCommits) if (link.role === 'source') yield link.commitHash
        },
    ),
  },
]
