// Tries to lock a file for itself alone and prints whether it could: node take-lock.mjs FILE
import Database from 'better-sqlite3'

const handle = new Database(process.argv[2], { timeout: 0 })
try {
  handle.exec('BEGIN EXCLUSIVE; ROLLBACK')
  console.log('taken')
} catch ({ code }) {
  console.log(code)
}
handle.close()
