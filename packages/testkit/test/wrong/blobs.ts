import { compareText } from '../../src/model/rules.js'
import { type WrongAdapter, wrongCall } from './wrong-adapter.js'

export const WRONG_BLOBS: readonly WrongAdapter[] = [
  {
    name: 'a second blob of one hash replaces the first',
    caughtBy: ['blobs > the first blob of a hash stays, and saving another returns the first'],
    parts: wrongCall('blobs', 'saveIfAbsent', (right, state) => (blob) => {
      state.blobs = state.blobs.filter(({ contentHash }) => contentHash !== blob.contentHash)
      return right(blob)
    }),
  },
  {
    name: 'a blob goes although a commit refers to it',
    caughtBy: ['blobs > a blob stays while a commit of any tract refers to it'],
    parts: wrongCall('blobs', 'deleteIfOrphaned', (_, state) => async (hash) => {
      const before = state.blobs.length
      state.blobs = state.blobs.filter(({ contentHash }) => contentHash !== hash)
      return state.blobs.length < before
    }),
  },
  {
    name: 'deleting an unknown blob is said to have deleted it',
    caughtBy: ['blobs > deleting an unknown blob deletes nothing'],
    parts: wrongCall('blobs', 'deleteIfOrphaned', (right) => async (hash) => {
      await right(hash)
      return true
    }),
  },
  {
    name: 'blobs come in the order of the database instead of that of the question',
    caughtBy: ['blobs > getMany gives the blobs that exist, each once, in the order of the question'],
    parts: wrongCall('blobs', 'getMany', (right) => (hashes) => right(hashes.toSorted(compareText))),
  },
  {
    name: 'a list of more than 32,766 ids is too long',
    caughtBy: ['blobs > getMany takes 100,000 hashes in one call'],
    parts: wrongCall('blobs', 'getMany', (right) => (hashes) => right(hashes.slice(0, 32_766))),
  },
  {
    name: 'payloads are parsed and written anew',
    caughtBy: ['blobs > a payload keeps every character, its white space and its number texts'],
    parts: wrongCall(
      'blobs',
      'saveIfAbsent',
      (right) => (blob) => right({ ...blob, payloadJson: JSON.stringify(JSON.parse(blob.payloadJson)) }),
    ),
  },
]
