import type { CommitRow } from '@tract/schema'
import { compareText, oldestFirst } from '../../src/model/rules.js'
import { type WrongAdapter, wrongCall } from './wrong-adapter.js'

const CONFIG = 'commits by generation config'
const DELETION = 'deletion of a commit'

export const WRONG_COMMITS: readonly WrongAdapter[] = [
  {
    name: 'a second commit of one hash overwrites the first',
    caughtBy: ['commits > a second commit of one hash is refused and the first stays'],
    parts: wrongCall('commits', 'save', (right, state) => (commit) => {
      state.commits = state.commits.filter(({ commitHash }) => commitHash !== commit.commitHash)
      return right(commit)
    }),
  },
  {
    name: 'a commit is saved whose parent does not exist',
    caughtBy: ['commits > a commit whose parentHash does not exist is refused'],
    parts: wrongCall('commits', 'save', (right, state) => async ({ parentHash = null, ...commit }) => {
      const row = await right(commit)
      Object.assign(state.commits.at(-1) ?? {}, { parentHash })
      return { ...row, parentHash }
    }),
  },
  {
    name: 'commits of one time come by their hash',
    caughtBy: [
      'commits > commits of one time come in the order of insertion',
      'uses of commits > hashes come oldest first, at most as many as asked for',
    ],
    parts: wrongCall(
      'commits',
      'getAll',
      (right) => async (tractId) => oldestFirst((await right(tractId)).toSorted(byHash)),
    ),
  },
  {
    name: 'the second parent of a merge has it as a child',
    caughtBy: ['commits > only first parents make children'],
    parts: wrongCall('commits', 'getChildren', (_, state) => async (hash) => {
      const links = state.commitParents.filter(({ parentHash }) => parentHash === hash)
      const children = new Set(links.map(({ commitHash }) => commitHash))
      return oldestFirst(
        state.commits.filter((commit) => commit.parentHash === hash || children.has(commit.commitHash)),
      )
    }),
  },
  {
    name: 'commits of a content type are looked for without regard to case',
    caughtBy: ['commits > the commits of one content type come oldest first'],
    parts: wrongCall(
      'commits',
      'getByType',
      (right) => (contentType, tractId) => right(contentType.toLowerCase(), tractId),
    ),
  },
  {
    name: 'the limit of ancestors is ignored',
    caughtBy: ['ancestors of a commit > a limit ends the chain'],
    parts: wrongCall(
      'commits',
      'getAncestors',
      (right) =>
        (hash, { limit: _, ...options } = {}) =>
          right(hash, options),
    ),
  },
  {
    name: 'the limit of ancestors counts the commits walked through',
    caughtBy: [
      'ancestors of a commit > an operation narrows what is returned, not the walk, and the limit counts what is returned',
    ],
    parts: wrongCall(
      'commits',
      'getAncestors',
      (right) =>
        async (hash, { operation, ...options } = {}) =>
          (await right(hash, options)).filter(
            (commit) => operation === undefined || commit.operation === operation,
          ),
    ),
  },
  {
    name: 'the chain ends at the first commit of another operation',
    caughtBy: [
      'ancestors of a commit > an operation narrows what is returned, not the walk, and the limit counts what is returned',
    ],
    parts: wrongCall('commits', 'getAncestors', (right) => async (hash, options = {}) => {
      const { operation, ...others } = options
      const chain = await right(hash, others)
      const end = chain.findIndex((commit) => operation !== undefined && commit.operation !== operation)
      return end === -1 ? chain : chain.slice(0, end)
    }),
  },
  {
    name: 'the chain comes oldest first',
    caughtBy: ['ancestors of a commit > the chain comes newest first, the start included'],
    parts: wrongCall(
      'commits',
      'getAncestors',
      (right) => async (hash, options) => (await right(hash, options)).toReversed(),
    ),
  },
  {
    name: 'the chain is ordered by time instead of by parents',
    caughtBy: ['ancestors of a commit > the chain follows parents whatever their times say'],
    parts: wrongCall(
      'commits',
      'getAncestors',
      (right) => async (hash, options) => oldestFirst(await right(hash, options)).toReversed(),
    ),
  },
  {
    name: 'the walk gives up after 1,000 commits',
    caughtBy: ['ancestors of a commit > a chain of 2,000 commits is walked to its end'],
    parts: wrongCall(
      'commits',
      'getAncestors',
      (right) => async (hash, options) => (await right(hash, options)).slice(0, 1000),
    ),
  },
  {
    name: 'a commit that is its own parent makes the walk endless',
    caughtBy: ['ancestors of a commit > a commit that is its own parent is refused or ends the walk'],
    hangs: true,
    parts: {
      model: (state) => {
        const loose = wrongCall('commits', 'save', (right, rows) => async (commit) => {
          const row = await right({ ...commit, parentHash: null })
          Object.assign(rows.commits.at(-1) ?? {}, { parentHash: commit.parentHash ?? null })
          return row
        }).model?.(state)
        const endless = wrongCall('commits', 'getAncestors', (right, rows) => (hash, options) => {
          const start = rows.commits.find(({ commitHash }) => commitHash === hash)
          return start?.parentHash === hash ? new Promise(() => {}) : right(hash, options)
        }).model?.(state)
        if (loose === undefined || endless === undefined) throw new Error('a wrong call makes a model')
        const commits = Object.assign(loose.commits, { getAncestors: endless.commits.getAncestors })
        return { ...loose, commits }
      },
    },
  },
  {
    name: 'of several commits of one prefix the first is returned',
    caughtBy: ['commits by prefix > several commits are an error that carries the candidates in order'],
    parts: wrongCall('commits', 'getByPrefix', (_, state) => async (prefix, tractId) => {
      const found = state.commits.filter(
        (commit) =>
          commit.commitHash.startsWith(prefix) && (tractId === undefined || commit.tractId === tractId),
      )
      return found[0] ?? null
    }),
  },
  {
    name: '% and _ in a prefix are wildcards',
    caughtBy: ['commits by prefix > the signs that searches use as wildcards are ordinary characters'],
    parts: wrongCall('commits', 'getByPrefix', (_, state) => async (prefix, tractId) => {
      const pattern = new RegExp(`^${prefix.replaceAll('%', '.*').replaceAll('_', '.')}`, 'su')
      const found = state.commits.filter(
        (commit) => pattern.test(commit.commitHash) && (tractId === undefined || commit.tractId === tractId),
      )
      return found[0] ?? null
    }),
  },
  {
    name: 'the tract does not narrow a prefix',
    caughtBy: ['commits by prefix > a tract narrows the search'],
    failsAs: 'AmbiguousPrefixError',
    parts: wrongCall('commits', 'getByPrefix', (right) => (prefix) => right(prefix)),
  },
  {
    name: 'numbers of configs are compared as text',
    caughtBy: [`${CONFIG} > every operator compares numbers`],
    parts: wrongCall('commits', 'getByConfig', (right, state) => async (tractId, conditions) => {
      const texts = conditions.map((condition) => ({ ...condition, value: textsOf(condition.value) }))
      const kept = state.commits
      state.commits = kept.map((commit) => ({ ...commit, generationConfigJson: fieldTexts(commit) }))
      const found = await right(tractId, texts as typeof conditions)
      state.commits = kept
      return found.map((row) => kept.find(({ commitHash }) => commitHash === row.commitHash) ?? row)
    }),
  },
  {
    name: 'a config without the field is not equal to any value, and so matches !=',
    caughtBy: [`${CONFIG} > a missing field matches nothing, not even what is not equal or null`],
    parts: wrongCall('commits', 'getByConfig', (right, state) => async (tractId, conditions) => {
      const [first] = conditions
      if (conditions.length !== 1 || first?.operator !== '!=') return right(tractId, conditions)
      const equal = new Set(
        (await right(tractId, [{ ...first, operator: '=' }])).map(({ commitHash }) => commitHash),
      )
      const all = state.commits.filter((commit) => commit.tractId === tractId)
      return oldestFirst(all.filter(({ commitHash }) => !equal.has(commitHash)))
    }),
  },
  {
    name: 'integers beyond 2^53 are compared as doubles',
    caughtBy: [`${CONFIG} > integers beyond 2^53 compare exactly`],
    parts: wrongCall('commits', 'getByConfig', (right, state) => async (tractId, conditions) => {
      const rounded = conditions.map((condition) => ({ ...condition, value: rounding(condition.value) }))
      const kept = state.commits
      state.commits = kept.map((commit) => ({
        ...commit,
        generationConfigJson: rounding(commit.generationConfigJson),
      })) as CommitRow[]
      const found = await right(tractId, rounded as typeof conditions)
      state.commits = kept
      return found
    }),
  },
  {
    name: 'a field of a config is a path',
    caughtBy: [`${CONFIG} > a field is the literal name of a top-level key`],
    parts: wrongCall(
      'commits',
      'getByConfig',
      (right) => (tractId, conditions) =>
        right(
          tractId,
          conditions.map((condition) => ({ ...condition, field: condition.field.split('.')[0] ?? '' })),
        ),
    ),
  },
  {
    name: 'a deletion leaves the refs that point at the commit',
    caughtBy: [`${DELETION} > refs that point at it go, in every tract; a symbolic HEAD stays attached`],
    parts: wrongCall('commits', 'delete', (right, state) => async (hash) => {
      const { refs } = state
      await right(hash)
      state.refs = refs
    }),
  },
  {
    name: 'a deletion leaves annotations behind',
    caughtBy: [`${DELETION} > its annotations go`],
    parts: wrongCall('commits', 'delete', (right, state) => async (hash) => {
      const { annotations } = state
      await right(hash)
      state.annotations = annotations
    }),
  },
  {
    name: 'a deletion takes the children along',
    caughtBy: [`${DELETION} > its children lose their parent, and its answers what they respond to`],
    parts: wrongCall('commits', 'delete', (right, state) => async (hash) => {
      const others = state.commits.filter(({ parentHash }) => parentHash !== hash)
      state.commits = others
      await right(hash)
    }),
  },
  {
    name: 'a commit is deleted although an event names it',
    caughtBy: [
      `${DELETION} > a source of an operation event cannot be deleted`,
      `${DELETION} > a result of an operation event cannot be deleted`,
    ],
    parts: wrongCall('commits', 'delete', (right, state) => (hash) => {
      state.operationCommits = state.operationCommits.filter(({ commitHash }) => commitHash !== hash)
      return right(hash)
    }),
  },
  {
    name: 'a commit is deleted although a compile record names it as its head',
    caughtBy: [`${DELETION} > the head of a compile record cannot be deleted`],
    parts: wrongCall('commits', 'delete', (right, state) => async (hash) => {
      const heads = state.compileRecords.filter(({ headHash }) => headHash === hash)
      for (const record of heads) record.headHash = ''
      await right(hash)
      for (const record of heads) record.headHash = hash
    }),
  },
]

function byHash(left: CommitRow, right: CommitRow): number {
  return compareText(left.commitHash, right.commitHash)
}

function textsOf(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String) : String(value)
}

function fieldTexts(commit: CommitRow): CommitRow['generationConfigJson'] {
  const fields = Object.entries(commit.generationConfigJson ?? {})
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]))
}

function rounding(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rounding(item)]))
}
