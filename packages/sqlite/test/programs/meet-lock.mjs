// Tries to write to a file that somebody else holds and prints what it is told: node meet-lock.mjs FILE
import { openStore } from '@tract/sqlite'

const [file] = process.argv.slice(2)
const store = await openStore(file, { busyTimeoutMs: 20 })
const { code, holder } = await store.transaction(async () => ({})).catch((error) => error)
console.log(JSON.stringify({ code, holder }))
await store.close()
