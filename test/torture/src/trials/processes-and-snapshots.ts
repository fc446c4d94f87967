import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { checkAcknowledged } from '../harness/acknowledged.js'
import { TRACT } from '../harness/units.js'
import { finish, startWriter } from '../harness/writers.js'
import type { Trial } from './trial.js'

const WRITERS = 8
const UNITS = 150
const COUNT = 'SELECT count(*) FROM commits'

/** Processes that write while two readers hold on to what they saw first. */
export const processesAndSnapshots: Trial = {
  name: 'processes-and-snapshots',
  says: '8 processes write on one file while readers hold a snapshot open, which does not change, and nothing is lost',
  short: { rounds: 1 },
  long: { rounds: 10 },
  run: async ({ rounds, scratch, report }) => {
    for (let round = 0; round < rounds; round++) {
      const file = join(scratch, `${round}.db`)
      await (await openStore(file)).close()
      const before = await finish([startWriter(file, 'before', 0, 20)], report)
      const head = before.at(-1)?.hash ?? null
      const plain = new Database(file, { readonly: true })
      plain.exec('BEGIN')
      const counted = plain.prepare(COUNT).pluck().get()
      await using reader = await openStore(file, { readonly: true })
      await reader.transaction(async (tx) => {
        report.check((await tx.refs.getHead(TRACT)) === head, 'a snapshot does not begin at the last commit')
        const names = Array.from({ length: WRITERS }, (_, index) => `writer-${index}`)
        const writers = names.map((name, index) => startWriter(file, name, index, UNITS))
        const acknowledged = [...before, ...(await finish(writers, report))]
        report.check(
          acknowledged.length === 20 + WRITERS * UNITS,
          `${acknowledged.length} units were acknowledged`,
        )
        report.count('units acknowledged', acknowledged.length)
        report.figure('largest WAL under a snapshot, bytes', statSync(`${file}-wal`).size)
        report.check((await tx.refs.getHead(TRACT)) === head, "a store's snapshot has changed")
        report.check(plain.prepare(COUNT).pluck().get() === counted, 'a snapshot has changed')
        await checkAcknowledged(file, acknowledged, new Set(), report)
      })
      plain.exec('COMMIT')
      plain.close()
    }
  },
}
