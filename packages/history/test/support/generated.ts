import { InvalidInputError, type Store } from '@tract/repositories'
import fc from 'fast-check'
import { type History, history, NoHeadError } from '../../src/index.js'
import { user } from './fixture.js'

/** The tracts that generated histories write in. */
export const TRACTS = ['one', 'two', 'child'] as const

const selector = fc.nat({ max: 1000 })
const tract = fc.constantFrom('one', 'one', 'two', 'two', 'child')

/** One thing that somebody does; numbers choose among what is there then. */
export const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      tract,
      text: fc.string({ unit: 'grapheme', maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      tract,
      at: selector,
      text: fc.string({ maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('annotate' as const),
      ...{ tract, at: selector, priority: fc.constantFrom('skip', 'normal', 'pinned') },
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('compress' as const),
      tract,
      which: fc.array(selector, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('reorganize' as const), tract, at: selector, to: selector }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('import' as const), tract, at: selector }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('record' as const), tract }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('branch' as const),
      tract,
      name: fc.constantFrom('main', 'side', 'long/ünïcode'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('checkout' as const), tract, at: selector }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const), tract, at: selector }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const), tract, at: selector }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('spawn' as const),
      tract: fc.constantFrom('one', 'two'),
      mode: fc.constantFrom('head_snapshot', 'full_clone', 'selective'),
      at: selector,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('root' as const), tract, at: selector }) },
)

export type GeneratedStep = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** Does the steps, leaving out those that have nothing to work on. */
export async function perform(store: Store, steps: readonly GeneratedStep[]): Promise<void> {
  for (const one of steps) {
    try {
      await performOne(store, history(store, one.tract), one)
    } catch (error) {
      // All sources pinned or skipped, or a branch without commits: somebody would be told so.
      if (!(error instanceof InvalidInputError || error instanceof NoHeadError)) throw error
    }
  }
}

async function performOne(store: Store, h: History, one: GeneratedStep): Promise<void> {
  const shown = async () => (await h.context()).entries.map(({ commit }) => commit.commitHash)
  switch (one.kind) {
    case 'commit':
      await h.commit(user(one.text))
      return
    case 'edit': {
      const editOf = choose(await shown(), one.at)
      if (editOf !== undefined) await h.commit(user(one.text), { editOf })
      return
    }
    case 'annotate': {
      const target = choose(await shown(), one.at)
      if (target !== undefined) await h.annotate(target, one.priority as 'skip')
      return
    }
    case 'compress': {
      const hashes = await shown()
      const sources = [...new Set(one.which.flatMap((at) => choose(hashes, at) ?? []))]
      if (sources.length > 0) await h.compress({ sources, summary: `summary of ${sources.length}` })
      return
    }
    case 'reorganize': {
      const hashes = [...(await shown())]
      const [moved] = hashes.splice(one.at % Math.max(hashes.length, 1), 1)
      if (moved === undefined) return
      hashes.splice(one.to % (hashes.length + 1), 0, moved)
      await h.reorganize({ commits: hashes })
      return
    }
    case 'import': {
      const from = one.tract === 'one' ? 'two' : one.tract === 'two' ? 'child' : 'one'
      const commit = choose(await store.commits.getHashes(from), one.at)
      if (commit !== undefined) await h.import({ from, commits: [commit] })
      return
    }
    case 'record':
      await h.recordCompile()
      return
    case 'branch':
      if ((await h.head()) !== null) await h.branch(one.name, undefined, { force: true })
      return
    case 'checkout': {
      const name = choose(await store.refs.listBranches(one.tract), one.at)
      if (name !== undefined) await h.checkout(name)
      return
    }
    case 'merge': {
      const other = choose(await store.refs.listBranches(one.tract), one.at)
      if (other !== undefined) await h.merge(other)
      return
    }
    case 'reset': {
      const hash = choose(await store.commits.getHashes(one.tract), one.at)
      if (hash !== undefined) await h.reset(hash)
      return
    }
    case 'spawn':
      await spawn(store, h, one.mode, one.at)
      return
    case 'root': {
      const root = await history(store, one.tract, { branch: `root ${one.at}` }).commit(
        user(`root ${one.at}`),
      )
      await h.reset(root.commitHash)
    }
  }
}

/** Starts the child with what a parent shows, unless there is one. */
async function spawn(
  store: Store,
  parent: History,
  inheritanceMode: 'head_snapshot' | 'full_clone' | 'selective',
  at: number,
): Promise<void> {
  const { headHash, entries } = await parent.context()
  const isThere = (await store.commits.getTractIds()).includes('child')
  if (headHash === null || isThere) return
  await store.spawnPointers.save({
    ...{ parentTractId: parent.tractId, parentCommitHash: headHash, childTractId: 'child', purpose: 'help' },
    inheritanceMode,
  })
  const child = history(store, 'child')
  if (inheritanceMode === 'head_snapshot') {
    await child.commit({ content_type: 'instruction', text: entries.map(({ text }) => text).join() })
    return
  }
  for (const [index, { payloadJson }] of entries.entries()) {
    if (inheritanceMode === 'full_clone' || index % 2 === at % 2) await child.commit(JSON.parse(payloadJson))
  }
}

function choose<Item>(items: readonly Item[], at: number): Item | undefined {
  return items[at % Math.max(items.length, 1)]
}
