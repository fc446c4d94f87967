import {
  contextOf,
  diffContexts,
  fateOf,
  history,
  originsOf,
  savings,
  seenBy,
  timeline,
} from '@tract/history'
import { openStore, type SqliteStore } from '@tract/sqlite'
import { measureRunners, type Runner } from '../harness/measure.js'
import { raceOf } from '../harness/race.js'
import { summarize, summarizeRatios } from '../harness/statistics.js'
import { ratioText, timeText } from '../harness/table.js'
import { historyOf } from '../history/build.js'
import { messageAt } from '../history/messages.js'
import { Random } from '../history/random.js'
import { withCopy } from '../scratch.js'
import type { Study } from './study.js'

const TARGET = 1.5
const TRACT = 'asked-by-the-benchmark'
const MESSAGES = 240
/** After so many messages the older half of them is compressed. */
const COMPRESSED_EVERY = 40
const RECORDED_EVERY = 8

/** One conversation, the same in every file: what is asked of it has the same answer everywhere. */
interface Asked {
  readonly store: SqliteStore
  readonly message: string
  readonly summary: string
  readonly firstRecord: string
  readonly lastRecord: string
}

const QUESTIONS: readonly { readonly name: string; ask(asked: Asked): Promise<unknown> }[] = [
  { name: 'context of the head', ask: ({ store }) => history(store, TRACT).context() },
  { name: 'originsOf a summary of summaries', ask: ({ store, summary }) => originsOf(store, summary) },
  { name: 'fateOf the first message', ask: ({ store, message }) => fateOf(store, message) },
  { name: 'seenBy the first message', ask: ({ store, message }) => seenBy(store, message) },
  { name: 'contextOf a record', ask: ({ store, lastRecord }) => contextOf(store, lastRecord) },
  {
    name: 'diffContexts of the first and the last record',
    ask: ({ store, firstRecord, lastRecord }) => diffContexts(store, firstRecord, lastRecord),
  },
  { name: 'savings of the tract', ask: ({ store }) => savings(store, TRACT) },
  { name: 'timeline of the tract', ask: ({ store }) => timeline(store, TRACT) },
]

/** What the history package is asked, in a small store and in a large one. */
export const asking: Study = {
  name: 'asking',
  title: 'Questions to a history, in a small and in a large store',
  async run({ sizes, effort, quick }, progress) {
    const small = quick ? 1_000 : 10_000
    const large = quick ? 2_000 : Math.max(...sizes)
    const found = await withConversation(small, (inSmall) =>
      withConversation(large, async (inLarge) => {
        const results = []
        for (const { name, ask } of QUESTIONS) {
          progress(`asking: ${name}`)
          const runner = <Name extends string>(place: Name, asked: Asked): Runner<Name> => {
            const run = () => ask(asked)
            return {
              name: place,
              run,
              race: raceOf({ next: () => null, contestants: { tract: run, limit: run } }),
            }
          }
          const times = await measureRunners([runner('small', inSmall), runner('large', inLarge)], effort)
          const series = (place: 'small' | 'large') => times.get(place) ?? []
          results.push({
            name,
            small: summarize(series('small')),
            large: summarize(series('large')),
            growth: summarizeRatios(series('large'), series('small')),
          })
        }
        return results
      }),
    )
    const commits = (count: number) => `${count.toLocaleString('en')} commits`
    return {
      header: ['question', commits(small), commits(large), 'growth', 'spread', 'target'],
      rows: found.map((each) => [
        each.name,
        timeText(each.small.median),
        timeText(each.large.median),
        ratioText(each.growth.median),
        `${ratioText(each.growth.low)}–${ratioText(each.growth.high)}`,
        `${each.growth.median < TARGET ? '<' : 'above'} ${TARGET}`,
      ]),
      note: `The conversation is the same in both: ${MESSAGES} messages, a compression every ${COMPRESSED_EVERY}, a compile record every ${RECORDED_EVERY}.`,
      data: { small, large, questions: found },
    }
  },
}

async function withConversation<Result>(
  commits: number,
  work: (asked: Asked) => Promise<Result>,
): Promise<Result> {
  const { path } = await historyOf(commits)
  return withCopy(path, async (copy) => {
    const store = await openStore(copy)
    try {
      return await work({ store, ...(await converse(store)) })
    } finally {
      await store.close()
    }
  })
}

async function converse(store: SqliteStore): Promise<Omit<Asked, 'store'>> {
  const agent = history(store, TRACT)
  const random = new Random(MESSAGES)
  const records: string[] = []
  let message: string | undefined
  let summary = ''
  for (let place = 1; place <= MESSAGES; place++) {
    const { payload } = messageAt(place, random)
    const commit = await agent.commit(payload)
    message ??= commit.commitHash
    if (place % RECORDED_EVERY === 0) records.push((await agent.recordCompile()).recordId)
    if (place % COMPRESSED_EVERY !== 0) continue
    const { entries } = await agent.context()
    const sources = entries.slice(0, COMPRESSED_EVERY / 2).map((entry) => entry.commit.commitHash)
    const compressed = await agent.compress({ sources, summary: `What was said up to message ${place}.` })
    summary = compressed.summary.commitHash
  }
  return { message: message ?? '', summary, firstRecord: records[0] ?? '', lastRecord: records.at(-1) ?? '' }
}
