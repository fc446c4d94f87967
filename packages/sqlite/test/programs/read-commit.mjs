import { openStore } from '@tract/sqlite'

// Prints a commit as its class and JSON.
const [path, hash] = process.argv.slice(2)
const store = await openStore(path)
const commit = await store.commits.get(hash)
const text = JSON.stringify(commit, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
console.log(`${commit.constructor.name} ${text}`)
await store.close()
