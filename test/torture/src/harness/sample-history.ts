import { writeFile } from 'node:fs/promises'
import { exportBundle, history } from '@tract/history'
import type { Store } from '@tract/repositories'
import { openStore } from '@tract/sqlite'

/** Writes the history of an agent that has tried things and gone back, with a compression and records. */
async function writeSample(store: Store, tractId: string, turns: number): Promise<void> {
  const agent = history(store, tractId)
  const start = await say(store, tractId, 'start')
  for (let attempt = 0; attempt < 3; attempt++) {
    for (let turn = 0; turn < turns; turn++) await say(store, tractId, `attempt ${attempt}, turn ${turn}`)
    if (attempt < 2) await agent.reset(start)
  }
  await agent.recordCompile()
  const { entries } = await agent.context()
  const sources = entries.slice(1, 6).map(({ commit }) => commit.commitHash)
  await agent.compress({ sources, summary: 'They went on.' })
  await agent.recordCompile()
}

/** A file with such a history. */
export async function sampleFile(file: string, tractId: string, turns: number): Promise<string> {
  await using store = await openStore(file)
  await writeSample(store, tractId, turns)
  return file
}

/** A file of a bundle with such a history. */
export async function sampleBundle(file: string, turns: number): Promise<string> {
  await using store = await openStore(':memory:')
  await writeSample(store, 'imported', turns)
  const parts: string[] = []
  for await (const part of exportBundle(store)) parts.push(part)
  await writeFile(file, parts.join(''))
  return file
}

async function say(store: Store, tractId: string, text: string): Promise<string> {
  const payload = { content_type: 'dialogue', role: 'user', text }
  return (await history(store, tractId).commit(payload)).commitHash
}
