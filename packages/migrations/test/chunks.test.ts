import { expect, test, vi } from 'vitest'
import { inChunks } from '../src/chunks.js'
import { Connection } from '../src/connection.js'
import { newFile, open } from './support.js'

const ROWS = 60_000
const SLOW_FROM = 40_000

/** Goes through a table whose rows take as long as the test says, by a clock that only the work moves. */
async function chunksOf(msPerRow: (from: number) => number) {
  const path = newFile(`CREATE TABLE "t" (n INTEGER);
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT ${ROWS}) INSERT INTO t SELECT n FROM c`)
  const connection = new Connection(await open(path))
  const chunks: { from: number; rows: number; ms: number }[] = []
  const told: number[] = []
  const context = {
    orphans: 'stop' as const,
    progress: async (_phase: string, _subject: string | null, done = 0) => {
      told.push(done)
    },
  }
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  try {
    await inChunks(connection, context, { phase: 'copying', table: 't' }, async ({ from, to }) => {
      const rows = Number(to) - Number(from) + 1
      const ms = rows * msPerRow(Number(from))
      now += ms
      chunks.push({ from: Number(from), rows, ms })
    })
  } finally {
    vi.restoreAllMocks()
    await connection.runner.release()
  }
  return { chunks, told }
}

test('a table is gone through in chunks that take as long as each other, and each is told', async () => {
  const { chunks, told } = await chunksOf(() => 0.02)
  expect(chunks.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS)
  for (const { ms } of chunks) expect(ms).toBeLessThanOrEqual(100)
  expect(told).toHaveLength(chunks.length + 1)
  expect(told.at(-1)).toBe(ROWS)
})

test('where rows begin to take longer, one chunk at most is longer than a chunk may be', async () => {
  const { chunks } = await chunksOf((from) => (from < SLOW_FROM ? 0.02 : 0.4))
  const long = chunks.filter(({ ms }) => ms > 100)
  expect(long.length).toBeLessThanOrEqual(1)
  expect(chunks.at(-1)?.rows).toBeLessThan(300)
})
