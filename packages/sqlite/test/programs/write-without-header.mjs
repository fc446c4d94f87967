// Overwrites the header of a file that it has open, and writes to it until it is killed: node write-without-header.mjs FILE
import { closeSync, openSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'

const [file] = process.argv.slice(2)
const handle = new Database(file)
const write = handle.prepare('UPDATE commits SET token_count = ?')
write.run(0)
handle.pragma('wal_checkpoint(TRUNCATE)')
// From here on the log does not hold the page of the header.
const descriptor = openSync(file, 'r+')
writeSync(descriptor, Buffer.alloc(100), 0, 100, 0)
closeSync(descriptor)
for (let count = 1; ; count++) {
  write.run(count)
  if (count === 1) console.log('writing')
}
