import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { copyAll, type Sample, samples } from '../harness/damage-sample.js'
import { type DamagedFile, examineAll } from '../harness/examined.js'
import { Random } from '../harness/random.js'
import type { Trial } from './trial.js'

const PAGE_SIZE = 4096

/** Files of which one bit is another. */
export const bitFlips: Trial = {
  name: 'bit-flips',
  says: 'a bit that was flipped anywhere is reported or changes nothing that a hash covers, and a salvage gets out the rest',
  short: { rounds: 60 },
  long: { rounds: 2000 },
  run: async ({ rounds, seed, scratch, report }) => {
    const random = new Random(seed, 'bit-flips')
    for (const [index, sample] of (await samples(scratch)).entries()) {
      const count = Math.floor((rounds + index) / 2)
      const pages = leafCells(join(sample.folder, 'agent.db'))
      const flips = Array.from({ length: count }, () => aFlip(sample, pages, random))
      await examineAll(flips, sample.rows, scratch, report)
    }
  },
}

/** Of each page that holds rows or a part of one, how many. */
function leafCells(file: string): ReadonlyMap<number, number> {
  const database = new Database(file, { readonly: true })
  // A merge that has lost its links cannot be proven.
  const sql = `SELECT pageno AS page,
    CASE WHEN pagetype = 'overflow' THEN 1 WHEN name = 'commit_parents' THEN ncell * 2 ELSE ncell END AS cells
    FROM dbstat WHERE pagetype <> 'internal' AND name <> 'sqlite_schema'`
  const pages = database.prepare<[], { page: number; cells: number }>(sql).all()
  database.close()
  return new Map(pages.map(({ page, cells }) => [page, cells]))
}

function aFlip({ name, folder }: Sample, pages: ReadonlyMap<number, number>, random: Random): DamagedFile {
  const parts = ['', '-wal'].flatMap((end) => {
    const path = join(folder, `agent.db${end}`)
    return end === '' || name === 'log' ? { end, size: readFileSync(path).length } : []
  })
  let at = random.below(parts.reduce((sum, { size }) => sum + size, 0))
  const bit = random.below(8)
  const isInLog = at >= (parts[0]?.size ?? 0)
  if (isInLog) at -= parts[0]?.size ?? 0
  const end = isInLog ? '-wal' : ''
  const cells = isInLog ? undefined : pages.get(Math.floor(at / PAGE_SIZE) + 1)
  return {
    name: `bit ${bit} of byte ${at} of agent.db${end} of ${name}`,
    make: (to) => {
      copyAll(folder, to)
      const path = join(to, `agent.db${end}`)
      const bytes = readFileSync(path)
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
      writeFileSync(path, bytes)
    },
    expects: { mayBeEarlier: isInLog, ...(cells !== undefined && { mostLost: cells }) },
  }
}
