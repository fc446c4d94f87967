// Adds one to a counter in the file, many times; each time in a transaction that reads before it writes.
import { openStore } from '@tract/sqlite'

const [location, times] = process.argv.slice(2)
const store = await openStore(location)
let done = 0
for (let time = 0; time < Number(times); time++) {
  await store.transaction(async (tx) => {
    const count = Number((await tx.refs.getSymbolicRef('a-tract', 'counter')) ?? 0)
    await tx.refs.setSymbolicRef('a-tract', 'counter', String(count + 1))
  })
  done++
}
await store.close()
console.log(done)
