// Moves every ref to a commit, without a log, and is killed before it commits, when the change has reached the file already:
// node die-with-journal.mjs FILE HASH
import Database from 'better-sqlite3'

const [file, hash] = process.argv.slice(2)
const handle = new Database(file)
handle.pragma('journal_mode = DELETE')
handle.pragma('cache_size = 1')
handle.exec('BEGIN')
handle.prepare('UPDATE refs SET commit_hash = ?').run(hash)
handle.exec('UPDATE commits SET message = hex(randomblob(1000))')
process.kill(process.pid, 'SIGKILL')
