// Moves a ref along a chain of commits, many times, each time by compare-and-set from where it last saw the ref.
import { RefConflictError } from '@tract/repositories'
import { openStore } from '@tract/sqlite'

const [location, times] = process.argv.slice(2)
const store = await openStore(location)
const chain = (await store.commits.getAll('a-tract')).map((commit) => commit.commitHash)
let moves = 0
while (moves < Number(times)) {
  const at = await store.refs.getRef('a-tract', 'refs/heads/main')
  try {
    await store.refs.compareAndSetRef('a-tract', 'refs/heads/main', at, chain[chain.indexOf(at) + 1])
    moves++
  } catch (error) {
    if (!(error instanceof RefConflictError)) throw error
  }
}
await store.close()
console.log(moves)
