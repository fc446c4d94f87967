// Writes in a transaction and is killed before its end.
import { openStore } from '@tract/sqlite'

const store = await openStore(process.argv[2])
await store.transaction(async (tx) => {
  for (let number = 0; number < 500; number++) {
    await tx.blobs.saveIfAbsent({
      contentHash: `blob-${number}`,
      payloadJson: 'x'.repeat(10_000),
      byteSize: 10_000,
      tokenCount: 1,
    })
  }
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => {})
})
