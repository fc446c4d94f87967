import { type WrongAdapter, wrongCall } from './wrong-adapter.js'

export const WRONG_REFS: readonly WrongAdapter[] = [
  {
    name: 'compareAndSetRef does not compare',
    caughtBy: [
      'compareAndSetRef > a ref that is elsewhere stays, and the error says where it is',
      'two stores on one location > do not both create one ref',
    ],
    parts: wrongCall('refs', 'compareAndSetRef', (right, state) => (tractId, refName, _, next) => {
      const ref = state.refs.find((row) => row.tractId === tractId && row.refName === refName)
      return right(tractId, refName, ref?.commitHash ?? null, next)
    }),
  },
  {
    name: 'compareAndSetRef writes through a symbolic ref',
    caughtBy: ['compareAndSetRef > a symbolic ref is an error, and so is its target left alone'],
    parts: wrongCall('refs', 'compareAndSetRef', (right, state) => (tractId, refName, expected, next) => {
      const ref = state.refs.find((row) => row.tractId === tractId && row.refName === refName)
      return right(tractId, ref?.symbolicTarget ?? refName, expected, next)
    }),
  },
  {
    name: 'a symbolic HEAD is not followed',
    caughtBy: [
      'HEAD > the first move of HEAD attaches it to main',
      'HEAD > an attached HEAD moves by its branch',
    ],
    parts: wrongCall('refs', 'getHead', (_, state) => async (tractId) => {
      const head = state.refs.find((row) => row.tractId === tractId && row.refName === 'HEAD')
      return head?.commitHash ?? null
    }),
  },
  {
    name: 'a detached HEAD is not noticed when HEAD moves',
    caughtBy: ['HEAD > a detached HEAD moves by itself'],
    parts: wrongCall('refs', 'updateHead', (right, state) => async (tractId, hash) => {
      const head = state.refs.find((row) => row.tractId === tractId && row.refName === 'HEAD')
      if (head !== undefined) head.symbolicTarget ??= 'refs/heads/main'
      await right(tractId, hash)
    }),
  },
  {
    name: 'a tract without HEAD is detached',
    caughtBy: ['HEAD > a tract without HEAD stands nowhere, is not detached and has no branch'],
    parts: wrongCall('refs', 'isDetached', (_, state) => async (tractId) => {
      const head = state.refs.find((row) => row.tractId === tractId && row.refName === 'HEAD')
      return (head?.symbolicTarget ?? null) === null
    }),
  },
  {
    name: 'setting a symbolic branch moves its target',
    caughtBy: ['branches > setting a symbolic branch makes it direct and leaves its target alone'],
    parts: wrongCall('refs', 'setRef', (right, state) => (tractId, refName, hash) => {
      const ref = state.refs.find((row) => row.tractId === tractId && row.refName === refName)
      return right(tractId, ref?.symbolicTarget ?? refName, hash)
    }),
  },
  {
    name: 'branches are ordered by UTF-16 units',
    caughtBy: ['branches > names come sorted by code point, with slashes, spaces and any script'],
    parts: wrongCall('refs', 'listBranches', (right) => async (tractId) => (await right(tractId)).toSorted()),
  },
  {
    name: 'the sign _ in refs/heads_ stands for any character',
    caughtBy: ['branches > only what stands below refs/heads/ is a branch'],
    parts: wrongCall('refs', 'listBranches', (right, state) => async (tractId) => {
      const others = state.refs.filter(
        (ref) => ref.tractId === tractId && /^refs\/heads[^/]/.test(ref.refName),
      )
      return [...(await right(tractId)), ...others.map(({ refName }) => refName.slice(11))]
    }),
  },
  {
    name: 'deleting a ref deletes it in every tract',
    caughtBy: ['refs > deleting a ref deletes that one, and an absent one is no error'],
    parts: wrongCall('refs', 'deleteRef', (_, state) => async (_tractId, refName) => {
      state.refs = state.refs.filter((ref) => ref.refName !== refName)
    }),
  },
  {
    name: 'a ref points at a commit that does not exist',
    caughtBy: ['refs > no ref can point at a commit that does not exist'],
    parts: wrongCall('refs', 'setRef', (right, state) => async (tractId, refName, hash) => {
      if (state.commits.some(({ commitHash }) => commitHash === hash)) return right(tractId, refName, hash)
      const others = state.refs.filter((ref) => ref.tractId !== tractId || ref.refName !== refName)
      state.refs = [...others, { tractId, refName, commitHash: hash, symbolicTarget: null }]
    }),
  },
]
