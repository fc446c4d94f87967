// Opens a file for a salvage and prints how many messages it reads, or what the error says: node salvage.mjs PATH [UID]. Root
// may read every file, so as root it becomes the user of that number first.
import { openStore } from '@tract/sqlite'

const [path, uid] = process.argv.slice(2)
if (uid !== undefined) process.setuid(Number(uid))
try {
  const store = await openStore(path, { readonly: true, salvage: true })
  let blobs = 0
  for await (const { row } of store.storedRows.iterateReadable('blobs')) if (row !== null) blobs++
  await store.close()
  console.log(JSON.stringify({ blobs }))
} catch ({ code, location, place }) {
  console.log(JSON.stringify({ code, location, place }))
}
