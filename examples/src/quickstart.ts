import type { Transaction } from '@tract/repositories'
import { commitHash, contentHash, payloadJson, Timestamp } from '@tract/schema'
import { openStore } from '@tract/sqlite'

const tractId = 'my-agent'
const event = { eventId: crypto.randomUUID(), tractId, eventType: 'compress' } as const

async function commit(tx: Transaction, text: string, tokenCount: number): Promise<string> {
  const payload = { content_type: 'dialogue', role: 'user', text, name: null }
  const stored = payloadJson(payload)
  const blob = { contentHash: contentHash(payload), payloadJson: stored, byteSize: Buffer.byteLength(stored) }
  await tx.blobs.saveIfAbsent({ ...blob, tokenCount })
  const step = { contentHash: blob.contentHash, contentType: 'dialogue', operation: 'append' } as const
  const place = { parentHash: null, createdAt: Timestamp.now() }
  const hash = commitHash({ ...step, ...place })
  await tx.commits.save({ ...step, ...place, commitHash: hash, tractId, tokenCount })
  return hash
}

const store = await openStore(process.argv[2] ?? 'agent.db')
try {
  await store.transaction(async (tx) => {
    const sources = [await commit(tx, 'The build failed on Monday, on Tuesday and on Wednesday.', 12)]
    const results = [await commit(tx, 'The build failed three times.', 6)]
    await tx.operationEvents.saveEventWithCommits({ ...event, sources, results })
  })
  const links = await store.operationEvents.getCommits(event.eventId)
  for (const { role, commitHash } of links) console.log(role, commitHash)
} finally {
  await store.close()
}
