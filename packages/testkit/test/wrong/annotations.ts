import { oldestFirst } from '../../src/model/rules.js'
import { type WrongAdapter, wrongCall } from './wrong-adapter.js'

export const WRONG_ANNOTATIONS: readonly WrongAdapter[] = [
  {
    name: 'the annotation of the highest id is the latest',
    caughtBy: ['annotations > the latest annotation counts, however late it was saved'],
    parts: wrongCall('annotations', 'getLatest', (_, state) => async (hash) => {
      return state.annotations.findLast(({ targetHash }) => targetHash === hash) ?? null
    }),
  },
  {
    name: 'of annotations of one time the first counts',
    caughtBy: ['annotations > of annotations of one time the last that was saved counts'],
    parts: wrongCall('annotations', 'getLatest', (_, state) => async (hash) => {
      const newestFirst = oldestFirst(state.annotations.toReversed()).toReversed()
      return newestFirst.find(({ targetHash }) => targetHash === hash) ?? null
    }),
  },
  {
    name: 'what has no annotation is in the map all the same',
    caughtBy: ['annotations > batchGetLatest leaves out what has none and keeps the order of the question'],
    parts: wrongCall('annotations', 'batchGetLatest', (right) => async (hashes) => {
      const found = await right(hashes)
      return new Map(hashes.map((hash) => [hash, found.get(hash) ?? null])) as typeof found
    }),
  },
  {
    name: 'an annotation replaces the one before',
    caughtBy: ['annotations > the latest annotation counts, however late it was saved'],
    parts: wrongCall('annotations', 'save', (right, state) => (annotation) => {
      state.annotations = state.annotations.filter(({ targetHash }) => targetHash !== annotation.targetHash)
      return right(annotation)
    }),
  },
]
