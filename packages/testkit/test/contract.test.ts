import { storeContract } from '../src/index.js'
import { MemoryDatabase, memoryStore } from './support/memory-store.js'

// The contract can be kept, and by nothing that is particular to SQLite.
const databases = new Map<string, MemoryDatabase>()

storeContract({
  name: 'memory',
  open: async (location) => memoryStore(location === undefined ? undefined : databases.get(location)),
  newLocation: async () => {
    const location = `database ${databases.size}`
    databases.set(location, new MemoryDatabase())
    return location
  },
})
