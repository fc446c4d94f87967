// Opens a file for a salvage and prints what the error says: node salvage.mjs PATH [UID]. Root may read every file, so as
// root it becomes the user of that number first.
import { openStore } from '@tract/sqlite'

const [path, uid] = process.argv.slice(2)
if (uid !== undefined) process.setuid(Number(uid))
try {
  const store = await openStore(path, { readonly: true, salvage: true })
  await store.close()
  console.log(JSON.stringify({}))
} catch ({ code, location }) {
  console.log(JSON.stringify({ code, location }))
}
