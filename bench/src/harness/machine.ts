import { cpus, platform, release, totalmem } from 'node:os'
import Database from 'better-sqlite3'

/** What the numbers were measured on. */
export interface Machine {
  readonly processor: string
  readonly processors: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  readonly sqlite: string
  readonly date: string
}

export function machine(): Machine {
  const db = new Database(':memory:')
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? 'unknown'
  db.close()
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: cpus().length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()}`,
    node: process.version,
    sqlite,
    date: new Date().toISOString().slice(0, 10),
  }
}

export function machineText({
  processor,
  processors,
  memoryBytes,
  system,
  node,
  sqlite,
  date,
}: Machine): string {
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`
  return `${date}: ${processor}, ${processors} processors, ${memory}, ${system}, Node ${node}, SQLite ${sqlite}`
}
