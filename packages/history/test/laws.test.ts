import type { Store } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  collect,
  contextOf,
  diffContexts,
  exportBundle,
  fateOf,
  history,
  importBundle,
  type LineageNode,
  originsOf,
  seenBy,
  verify,
} from '../src/index.js'
import { perform, step, TRACTS } from './support/generated.js'

const RUNS = Number(process.env.TRACT_HISTORY_RUNS ?? 12)

/** Checks a law on generated histories. */
function law(title: string, check: (store: Store) => Promise<void>): void {
  test(title, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }), async (steps) => {
        await using store = await openStore(':memory:')
        await perform(store, steps)
        await check(store)
      }),
      { numRuns: RUNS },
    )
  }, 600_000)
}

async function allHashes(store: Store): Promise<string[]> {
  const hashes = await Promise.all(TRACTS.map((tractId) => store.commits.getHashes(tractId)))
  return hashes.flat()
}

const hashesOf = (commits: readonly { readonly commitHash: string }[]) =>
  commits.map(({ commitHash }) => commitHash)

/** Every answer about some commits, and about all records. */
async function answers(store: Store, hashes: readonly string[]) {
  const about = []
  for (const hash of hashes) {
    const { originals, events } = await originsOf(store, hash)
    const { standing, standsAs, descendants, headHash } = await fateOf(store, hash)
    const sightings = (await seenBy(store, hash)).map(({ record, as, position }) => [
      record.recordId,
      as,
      position,
    ])
    about.push({ hash, originals, events, standing, standsAs, descendants, headHash, sightings })
  }
  const sent = []
  for (const tractId of TRACTS) {
    for (const { recordId } of await store.compileRecords.getAll(tractId)) {
      sent.push(await contextOf(store, recordId))
    }
  }
  return { about, sent }
}

law('verify is silent on what the package itself wrote', async (store) => {
  expect((await verify(store)).findings).toEqual([])
})

law('origins and fate are inverse', async (store) => {
  const hashes = await allHashes(store)
  const descendants = new Map<string, Set<string>>()
  for (const hash of hashes) descendants.set(hash, new Set(hashesOf((await fateOf(store, hash)).descendants)))
  for (const hash of hashes) {
    const { originals } = await originsOf(store, hash)
    expect(originals.length).toBeGreaterThan(0)
    for (const { commitHash } of originals) {
      if (commitHash !== hash) expect(descendants.get(commitHash)).toContain(hash)
      expect((await originsOf(store, commitHash)).events).toEqual([])
    }
    for (const descendant of descendants.get(hash) ?? []) {
      const theirs = hashesOf((await originsOf(store, descendant)).originals)
      for (const original of originals) expect(theirs).toContain(original.commitHash)
    }
  }
})

law('the fate of a message is what the context of the head shows', async (store) => {
  for (const tractId of TRACTS) {
    const { entries } = await history(store, tractId).context()
    const shown = new Map(entries.map((entry) => [entry.commit.commitHash, entry]))
    for (const commit of await store.commits.getAll(tractId)) {
      if (commit.operation === 'edit') continue
      const { standing, standsAs } = await fateOf(store, commit.commitHash)
      const own = shown.get(commit.commitHash)
      const isHeldElsewhere = standsAs.some(({ commitHash }) => commitHash !== commit.commitHash)
      if (own?.edit === null) expect(standing).toBe('verbatim')
      if (own?.edit && !isHeldElsewhere) expect(standing).toBe('edited')
      for (const held of standsAs) expect([...shown.keys()]).toContain(held.commitHash)
      expect(standing === 'absent').toBe(standsAs.length === 0)
    }
  }
})

law('every context that was recorded is proven, whatever came after', async (store) => {
  for (const { proof, missing } of (await answers(store, [])).sent) {
    expect(proof).toBe('proven')
    expect(missing).toEqual([])
  }
})

law('collecting changes no answer about what is kept', async (store) => {
  const plan = await collect(store, { dryRun: true })
  const kept = (await allHashes(store)).filter((hash) => !plan.commits.includes(hash))
  const before = await answers(store, kept)
  const contexts = await Promise.all(TRACTS.map((tractId) => history(store, tractId).context()))
  await collect(store)
  expect(await allHashes(store)).toEqual(kept)
  expect(await answers(store, kept)).toEqual(before)
  expect(await Promise.all(TRACTS.map((tractId) => history(store, tractId).context()))).toEqual(contexts)
  expect((await verify(store)).findings).toEqual([])
  expect((await collect(store)).commits).toEqual([])
})

law('collecting one tract changes no answer about what is kept in any', async (store) => {
  for (const tractId of await store.commits.getTractIds()) {
    const plan = await collect(store, { tractId, dryRun: true })
    const kept = (await allHashes(store)).filter((hash) => !plan.commits.includes(hash))
    const before = await answers(store, kept)
    expect({ ...(await collect(store, { tractId })), dryRun: true }).toEqual(plan)
    expect(await answers(store, kept)).toEqual(before)
  }
  expect((await verify(store)).findings).toEqual([])
})

law('a store that was exported and imported gives equal answers', async (store) => {
  await using copy = await openStore(':memory:')
  await importBundle(copy, exportBundle(store))
  const hashes = await allHashes(store)
  expect(await answers(copy, hashes)).toEqual(await answers(store, hashes))
  expect((await verify(copy)).findings).toEqual([])
})

law('a diff tells of every message of both contexts once, and of none that is not in them', async (store) => {
  const contexts = await Promise.all(TRACTS.map((tractId) => history(store, tractId).context()))
  const sent = (await answers(store, [])).sent.flatMap(({ context }) => context ?? [])
  const some = [...contexts, ...sent.slice(0, 3)]
  for (const before of some) {
    for (const after of some) {
      const { changes } = await diffContexts(store, before, after)
      const told = (side: 'before' | 'after') =>
        changes.flatMap((change) =>
          side in change ? [change[side as keyof typeof change] as unknown].flat() : [],
        )
      expect(told('after')).toEqual(after.entries)
      expect(new Set(told('before'))).toEqual(new Set(before.entries))
      expect(told('before')).toHaveLength(before.entries.length)
      if (before === after) expect(changes.every(({ kind }) => kind === 'kept')).toBe(true)
    }
  }
})

law('forgetting origins invents none', async (store) => {
  const hashes = await allHashes(store)
  const before = new Map<string, Set<string>>()
  for (const hash of hashes) {
    const { tree } = await originsOf(store, hash)
    before.set(hash, hashesIn(tree))
  }
  await collect(store, { keep: { eventSources: false } })
  for (const hash of await allHashes(store)) {
    const { originals } = await originsOf(store, hash)
    for (const { commitHash } of originals) expect(before.get(hash)).toContain(commitHash)
  }
  expect((await verify(store)).ok).toBe(true)
})

function hashesIn(root: LineageNode): Set<string> {
  const nodes = new Set([root])
  for (const node of nodes) for (const way of node.ways) for (const next of way.nodes) nodes.add(next)
  return new Set([...nodes].map(({ hash }) => hash))
}

law('a compression changes nothing but its sources', async (store) => {
  for (const tractId of TRACTS) {
    const h = history(store, tractId)
    const before = await h.context()
    const sources = before.entries.filter(({ priority }, index) => priority === 'normal' && index % 2 === 0)
    if (sources.length === 0) continue
    await h.compress({ sources: sources.map(({ commit }) => commit.commitHash), summary: 'S' })
    const texts = before.entries.flatMap((entry) =>
      entry === sources[0] ? ['S'] : sources.includes(entry) ? [] : [entry.text],
    )
    expect((await h.context()).entries.map(({ text }) => text)).toEqual(texts)
  }
})
