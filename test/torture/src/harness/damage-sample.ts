import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { history } from '@tract/history'
import type { Store } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { type Rows, rowsOfFile } from './stored-rows.js'

/** A sound file, and what belongs beside it. */
export interface Sample {
  readonly name: string
  /** The folder in which it is `agent.db`. */
  readonly folder: string
  readonly rows: Rows
}

/** What lies beside a file, by the end of its name. */
const BESIDE = ['', '-wal', '-shm', '-journal'] as const

/** A file whose last commits are in its write-ahead log, and one without a log. */
export async function samples(scratch: string): Promise<readonly Sample[]> {
  return [await withLog(scratch, 'log', 'agent'), await withoutLog(scratch, 'no-log')]
}

/** @param tractId what its history is called; another one is another history */
export async function withLog(scratch: string, name: string, tractId: string): Promise<Sample> {
  const made = join(scratch, `${name}.making`)
  mkdirSync(made)
  const file = join(made, 'agent.db')
  const first = await openStore(file)
  await begin(first, tractId)
  await first.close()
  const store = await openStore(file)
  await goOn(store, tractId)
  const sample = copied(made, join(scratch, name), name)
  await store.close()
  return sample
}

async function withoutLog(scratch: string, name: string): Promise<Sample> {
  const made = join(scratch, `${name}.making`)
  mkdirSync(made)
  const file = join(made, 'agent.db')
  const store = await openStore(file)
  await begin(store, 'agent')
  await goOn(store, 'agent')
  await store.close()
  const database = new Database(file)
  database.pragma('journal_mode = DELETE')
  database.close()
  return copied(made, join(scratch, name), name)
}

function copied(from: string, folder: string, name: string): Sample {
  mkdirSync(folder)
  copyAll(from, folder)
  // Reading it makes an index of the log of its own, and leaves the log as it is.
  return { name, folder, rows: rowsOfFile(join(folder, 'agent.db')) }
}

/** Copies a file with what lies beside it. */
export function copyAll(from: string, to: string): void {
  for (const end of BESIDE) {
    if (existsSync(join(from, `agent.db${end}`))) {
      copyFileSync(join(from, `agent.db${end}`), join(to, `agent.db${end}`))
    }
  }
}

const SAYINGS = 24

async function begin(store: Store, tractId: string): Promise<void> {
  const agent = history(store, tractId)
  await agent.commit({ content_type: 'instruction', text: `Be brief, ${tractId}.` })
  const said: string[] = []
  for (let turn = 0; turn < SAYINGS; turn++) said.push(await say(store, tractId, turn, turn * 60))
  const [first = '', second = '', third = ''] = said
  await agent.annotate(second, 'skip', 'beside the point')
  await agent.branch('attempt')
  const attempt = history(store, tractId, { branch: 'attempt' })
  await attempt.commit({ content_type: 'output', text: 'x'.repeat(9_000), format: 'text' })
  await agent.commit(dialogue(tractId, -1, 0), {
    editOf: third,
    message: 'corrected',
    metadata: { by: 'hand' },
  })
  await agent.recordCompile({ params: { temperature: 0.5, notes: 'y'.repeat(5_000) } })
  await agent.merge('attempt')
  await agent.compress({ sources: [first, third], summary: 'They talked.' })
  await agent.recordCompile()
  const child = `${tractId} child`
  const { headHash } = await agent.recordCompile()
  await store.spawnPointers.save({
    parentTractId: tractId,
    childTractId: child,
    parentCommitHash: headHash,
    purpose: 'to look something up',
    inheritanceMode: 'full_clone',
  })
  await history(store, child).import({ from: tractId, commits: said.slice(3, 6) })
  for (let index = 0; index < 5; index++) {
    await store.policies.saveProposal({
      ...{ proposalId: `${tractId} ${index}`, tractId, policyName: 'compress when long' },
      ...{ actionType: 'compress', actionParamsJson: { index }, reason: 'it is long' },
    })
    await store.policies.saveLogEntry({
      ...{ tractId, policyName: 'compress when long', trigger: 'compile', outcome: 'proposed' },
    })
  }
}

/** What comes behind, and stands in the log of the file where it has one. */
async function goOn(store: Store, tractId: string): Promise<void> {
  for (let turn = SAYINGS; turn < SAYINGS + 8; turn++) await say(store, tractId, turn, 300)
  await history(store, tractId).recordCompile()
}

async function say(store: Store, tractId: string, turn: number, length: number): Promise<string> {
  return (await history(store, tractId).commit(dialogue(tractId, turn, length))).commitHash
}

function dialogue(tractId: string, turn: number, length: number) {
  const text = `${tractId}, turn ${turn} ${'z'.repeat(length)}`
  return { content_type: 'dialogue', role: turn % 2 === 0 ? 'user' : 'assistant', text }
}
