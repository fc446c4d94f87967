import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openStore } from '@tract/sqlite'
import { type Effort, measureRunners } from '../harness/measure.js'
import { summarize, summarizeRatios } from '../harness/statistics.js'
import { ratioText, sizeText, timeText } from '../harness/table.js'
import { LONG_TRACT, type LongChain, longChainOf } from '../history/long-chain.js'
import { withCopy } from '../scratch.js'
import type { Study } from './study.js'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('../../bin/iterate.js', import.meta.url))
const LIMIT = 50

interface Iterated {
  readonly items: number
  readonly milliseconds: number
  readonly bytes: number
}

/** Whether the length of a chain matters to who reads its newest commits, and the memory of who reads all of it. */
export const longChain: Study = {
  name: 'long-chain',
  title: 'A chain of very many commits',
  async run({ effort, quick }, progress) {
    const chain = await longChainOf(quick ? 2_000 : 1_000_000)
    progress(`long-chain: getAncestors, limit ${LIMIT}`)
    const newest = await newestOf(chain, effort)
    const iterations: [string, Iterated][] = []
    for (const what of ['nothing', 'ancestors', 'hashes', 'source hashes']) {
      progress(`long-chain: ${what}`)
      iterations.push([what, await iterated(chain, what)])
    }
    const length = chain.length.toLocaleString('en')
    return {
      header: ['', 'items', 'time', 'a item', 'most memory'],
      rows: [
        ...(['early', 'head'] as const).map((place) => [
          `getAncestors, limit ${LIMIT}, of ${place === 'early' ? '1,000' : length}`,
          String(LIMIT),
          timeText(newest[place].median),
          '',
          '',
        ]),
        ...iterations.map(([what, { items, milliseconds, bytes }]) => [
          what === 'nothing' ? 'an open store alone' : `iterating over ${what}`,
          items.toLocaleString('en'),
          items === 0 ? '' : timeText(milliseconds * 1e6),
          items === 0 ? '' : timeText((milliseconds * 1e6) / items),
          sizeText(bytes),
        ]),
      ],
      note: `The limit of ${LIMIT} takes ${ratioText(newest.ratio.median)} times as long on the longer chain. Memory is all of the process, with Node and TypeORM.`,
      data: { length: chain.length, newest, iterations: Object.fromEntries(iterations) },
    }
  },
}

async function newestOf({ path, head, early }: LongChain, effort: Effort) {
  return withCopy(path, async (copy) => {
    const store = await openStore(copy)
    try {
      const race = (hash: string) => ({ next: () => hash, contestants: { tract: read, limit: read } })
      const read = (hash: unknown) => store.commits.getAncestors(String(hash), { limit: LIMIT })
      const times = await measureRunners(
        [
          { name: 'early', race: race(early), run: read },
          { name: 'head', race: race(head), run: read },
        ],
        effort,
      )
      const series = (name: 'early' | 'head') => times.get(name) ?? []
      return {
        early: summarize(series('early')),
        head: summarize(series('head')),
        ratio: summarizeRatios(series('head'), series('early')),
      }
    } finally {
      await store.close()
    }
  })
}

async function iterated({ path, head }: LongChain, what: string): Promise<Iterated> {
  const start = what === 'ancestors' ? head : LONG_TRACT
  const { stdout } = await run(process.execPath, [PROGRAM, path, what, start])
  return JSON.parse(stdout) as Iterated
}
