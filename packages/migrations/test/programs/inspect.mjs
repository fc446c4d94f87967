// Prints the version of a file, or why it is refused: node inspect.mjs PATH OPTIONS [UID]
import { inspectFile } from '@tract/migrations'
import { DataSource } from 'typeorm'

const [path, options, uid] = process.argv.slice(2)
// What is loaded only when needed may lie where the other user cannot look.
const warm = new DataSource({ type: 'better-sqlite3', database: ':memory:' })
await warm.initialize()
await warm.destroy()
if (uid !== '') process.setuid(Number(uid))
try {
  console.log(await inspectFile(path, JSON.parse(options)))
} catch (error) {
  console.log(error.code, error.access ?? '')
}
