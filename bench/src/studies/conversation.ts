import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import { commitHash, contentHash, payloadJson, Timestamp } from '@tract/schema'
import { type OpenStoreOptions, openStore, type SqliteStore } from '@tract/sqlite'
import type { Database } from 'better-sqlite3'
import { ratioText, sizeText, timeText } from '../harness/table.js'
import { type Message, messageAt } from '../history/messages.js'
import { freshRandom, Random } from '../history/random.js'
import { withFolder } from '../scratch.js'
import { openHandle } from '../subjects/open-handle.js'
import type { Finding, Study } from './study.js'

const TRACT = 'conversation'
const BRANCH = 'refs/heads/main'
const MILESTONES = [100, 500, 1_000, 2_000, 5_000]
/** Turns that the time of a turn at a milestone is the mean of: the median would hide the turns that empty the log. */
const WINDOW = 50

/** What somebody has come to after so many turns. */
interface Milestone {
  readonly name: string
  readonly turns: number
  readonly bytes: number
  /** The time of a turn, in nanoseconds, over the last {@link WINDOW}. */
  readonly mean: number
  /** Of all turns so far. */
  readonly total: number
}

/** Pages that the log of the second store may hold: the pages that some two turns change at the end of the conversation. */
const CHECKPOINT_PAGES = 8_000

/** Someone who stores a growing conversation: before each turn what the model is shown, then the turn's message. */
interface Keeper {
  turn(message: Message): Promise<void>
  /** The texts of the conversation as stored. */
  contents(): Promise<readonly string[]>
  readonly handle: Database
  close(): Promise<void>
}

/** One conversation, never compressed, with a compile record before each turn, against LangGraph's checkpointer. */
export const conversation: Study = {
  name: 'conversation',
  title: 'A growing conversation, what the model saw recorded before each turn',
  async run({ quick }, progress): Promise<Finding> {
    const milestones = quick ? [20, 60] : MILESTONES
    const keepers = {
      tract: keepInTract({}),
      longLog: keepInTract({ checkpointPages: CHECKPOINT_PAGES }),
      langGraph: keepInLangGraph,
    }
    type Name = keyof typeof keepers
    const found = await withFolder(tmpdir(), async (folder) => {
      const lanes = []
      for (const name of Object.keys(keepers) as Name[]) {
        const path = join(folder, `${name}.db`)
        lanes.push({ name, path, keeper: await keepers[name](path), times: [] as number[] })
      }
      const results: Milestone[] = []
      const random = new Random(42)
      for (let turn = 1; turn <= (milestones.at(-1) ?? 0); turn++) {
        const message = messageAt(turn, random)
        for (let place = 0; place < lanes.length; place++) {
          const lane = lanes[(place + turn) % lanes.length]
          if (lane === undefined) continue
          const start = process.hrtime.bigint()
          await lane.keeper.turn(message)
          lane.times.push(Number(process.hrtime.bigint() - start))
        }
        if (!milestones.includes(turn)) continue
        progress(`conversation: ${turn} turns`)
        for (const { name, path, keeper, times } of lanes) {
          keeper.handle.pragma('wal_checkpoint(TRUNCATE)')
          const last = times.slice(-WINDOW)
          results.push({
            name,
            turns: turn,
            bytes: statSync(path).size,
            mean: meanOf(last),
            total: sumOf(times),
          })
        }
      }
      const texts = new Set<string>()
      for (const { keeper } of lanes) {
        texts.add(JSON.stringify(await keeper.contents()))
        await keeper.close()
      }
      if (texts.size !== 1) throw new Error('conversation: tract and LangGraph hold different texts')
      return results
    })
    const of = (name: Name, turns: number) =>
      found.find((each) => each.name === name && each.turns === turns) ?? {
        bytes: Number.NaN,
        mean: Number.NaN,
        total: Number.NaN,
      }
    return {
      header: [
        'turns',
        'tract, file',
        'LangGraph, file',
        'ratio',
        'tract, a turn',
        'with a longer log',
        'LangGraph, a turn',
        'ratio of all turns',
        'with a longer log',
      ],
      rows: milestones.map((turns) => {
        const ours = of('tract', turns)
        const longLog = of('longLog', turns)
        const theirs = of('langGraph', turns)
        return [
          turns.toLocaleString('en'),
          sizeText(ours.bytes),
          sizeText(theirs.bytes),
          ratioText(theirs.bytes / ours.bytes),
          timeText(ours.mean),
          timeText(longLog.mean),
          timeText(theirs.mean),
          ratioText(theirs.total / ours.total),
          ratioText(theirs.total / longLog.total),
        ]
      }),
      note: `A turn is one message. Times are means of the last ${WINDOW} turns, for every so many turns one brings the log into the file; ratios are LangGraph's share of ours; the longer log is \`checkpointPages: ${CHECKPOINT_PAGES}\`. Files lie on the disk.`,
      data: found,
    }
  },
}

function keepInTract(options: OpenStoreOptions): (path: string) => Promise<Keeper> {
  return async (path) => keeperOver(await openStore(path, options), path)
}

function keeperOver(store: SqliteStore, path: string): Keeper {
  const handle = openHandle(path)
  const ids = freshRandom()
  const shown: string[] = []
  return {
    handle,
    async turn(message) {
      await store.transaction(async (tx) => {
        await tx.compileRecords.saveRecordWithEffectives({
          recordId: ids.hex(32),
          tractId: TRACT,
          headHash: shown.at(-1) ?? '',
          tokenCount: shown.length,
          tokenSource: 'o200k_base',
          effectives: shown,
        })
        shown.push(await append(tx, shown.at(-1) ?? null, message))
      })
    },
    async contents() {
      const commits = await store.commits.getMany(shown)
      const blobs = await store.blobs.getMany([...commits.values()].map((commit) => commit.contentHash))
      return [...commits.values()].map((commit) => blobs.get(commit.contentHash)?.payloadJson ?? '')
    },
    async close() {
      handle.close()
      await store.close()
    },
  }
}

async function append(
  tx: Pick<SqliteStore, 'blobs' | 'commits' | 'refs'>,
  parentHash: string | null,
  { payload, contentType, tokens, config }: Message,
): Promise<string> {
  const stored = payloadJson(payload)
  const content = contentHash(payload)
  const createdAt = Timestamp.now()
  const hash = commitHash({ contentHash: content, parentHash, contentType, operation: 'append', createdAt })
  const blob = {
    contentHash: content,
    payloadJson: stored,
    byteSize: Buffer.byteLength(stored),
    tokenCount: tokens,
  }
  await tx.commits.saveWithBlob({
    commitHash: hash,
    tractId: TRACT,
    parentHash,
    blob,
    refName: BRANCH,
    expected: parentHash,
    contentType,
    operation: 'append',
    tokenCount: tokens,
    generationConfigJson: config,
    createdAt,
  })
  return hash
}

/** As a graph with one channel of messages leaves it: each turn a checkpoint with the whole state. */
async function keepInLangGraph(path: string): Promise<Keeper> {
  const handle = openHandle(path)
  const saver = new SqliteSaver(handle)
  const messages: unknown[] = []
  let config: Parameters<SqliteSaver['put']>[0] = { configurable: { thread_id: TRACT, checkpoint_ns: '' } }
  return {
    handle,
    async turn({ payload }) {
      messages.push(payload)
      const step = messages.length
      config = await saver.put(
        config,
        {
          ...emptyCheckpoint(),
          id: uuid6(step),
          ts: new Date().toISOString(),
          channel_values: { messages },
          channel_versions: { messages: step },
        },
        { source: 'loop', step, parents: {} },
      )
    },
    async contents() {
      const tuple = await saver.getTuple({ configurable: { thread_id: TRACT, checkpoint_ns: '' } })
      const stored = tuple?.checkpoint.channel_values.messages
      return Array.isArray(stored) ? stored.map((payload) => payloadJson(payload)) : []
    },
    async close() {
      handle.close()
    },
  }
}

function sumOf(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0)
}

function meanOf(times: readonly number[]): number {
  return sumOf(times) / times.length
}
