import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkWritten, liveThrough, noteRefused, UNITS_AFTER } from '../harness/lives.js'
import { mountSmall, unmount, whyNoMount } from '../harness/mount.js'
import { Random } from '../harness/random.js'
import type { Report } from '../harness/report.js'
import type { Trial } from './trial.js'

const DISK_MEBIBYTES = 8
/** Units of which several are large: together they need more than the most room that there is. */
const UNITS = 60
const MOST_ROOM = 1_200_000

/** A file system that is really full, at another place of the workload each round, until something else on it is removed. */
export const fullDisk: Trial = {
  name: 'full-disk',
  says: 'on a full disk what was acknowledged is there, what finds no room is refused, and with room again the store goes on',
  short: { rounds: 2 },
  long: { rounds: 100 },
  skipped: whyNoMount,
  run: async ({ rounds, seed, scratch, report }) => {
    const random = new Random(seed, 'full-disk')
    for (let round = 0; round < rounds; round++) {
      const room = Math.floor((MOST_ROOM * (round + random.fraction())) / rounds)
      const folder = join(scratch, `disk-${round}`)
      mkdirSync(folder)
      mountSmall(folder, DISK_MEBIBYTES)
      try {
        await report.inPart(`with ${room} bytes of room`, () => writeUntilFull(folder, room, report))
      } finally {
        unmount(folder)
      }
    }
  },
}

async function writeUntilFull(folder: string, room: number, report: Report): Promise<void> {
  const ballast = join(folder, 'ballast')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - room))
  const removal = { at: UNITS - UNITS_AFTER, path: ballast, mode: null }
  const file = join(folder, 'agent.db')
  const [lived] = await liveThrough({
    lives: [{ operation: 'write', file, units: UNITS, happenings: [removal] }],
  })
  if (lived === undefined) throw new Error('a process has lived no life')
  rmSync(ballast, { force: true })
  noteRefused(lived, report)
  await checkWritten(lived, report)
  report.check(lived.refused.length > 0, 'nothing was refused though the disk was to be full')
  report.count(
    lived.refused.some(({ at }) => at === 'open') ? 'disks full while opening' : 'disks full while writing',
  )
}
