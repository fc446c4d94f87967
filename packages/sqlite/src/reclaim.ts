import type { ReclaimedSpace } from '@tract/repositories'
import type { Connection } from './connection.js'

/** Rewrites the database without its free pages, and empties the write-ahead log into it. */
export function reclaim({ handle }: Connection): ReclaimedSpace {
  const size = () =>
    Number(handle.pragma('page_count', { simple: true })) *
    Number(handle.pragma('page_size', { simple: true }))
  const bytesBefore = size()
  handle.exec('VACUUM')
  handle.pragma('wal_checkpoint(TRUNCATE)')
  return { bytesBefore, bytesAfter: size() }
}
