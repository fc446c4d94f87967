// Opens a store, writes one row of its own, and says which version it met.
import { openStore } from '@tract/sqlite'

const [location, name] = process.argv.slice(2)
const store = await openStore(location)
await store.blobs.saveIfAbsent({ contentHash: name, payloadJson: '{}', byteSize: 2, tokenCount: 0 })
console.log(store.schemaVersion)
await store.close()
