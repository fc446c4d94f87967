import { execFileSync } from 'node:child_process'
import { contestantsOf } from '../harness/race.js'
import { summarize } from '../harness/statistics.js'
import { timeText } from '../harness/table.js'
import { historyOf } from '../history/build.js'
import { newestOfChain } from '../questions/ancestors.js'
import { getCommit } from '../questions/get-commit.js'
import { recordsOfTract } from '../questions/records-of-tract.js'
import { withLab } from '../subjects/lab.js'
import type { Study } from './study.js'

/**
 * The first call on fresh handles, with the file no longer in the system's memory: everybody prepares what the call needs and
 * reads from the disk.
 */
export const cold: Study = {
  name: 'cold',
  title: 'Cold: the first call after opening, the file not in memory',
  async run({ sizes, effort, quick }, progress) {
    const size = Math.max(...sizes)
    const history = await historyOf(size)
    const found = []
    for (const question of [getCommit, newestOfChain, recordsOfTract]) {
      progress(`cold: ${question.name}`)
      const times = new Map<string, number[]>()
      for (let round = 0; round < effort.rounds; round++) {
        for (const place of ['tract', 'limit', 'typeorm', 'drizzle', 'kysely']) {
          // Everybody gets handles that nobody has read with.
          await withLab(history, async (lab) => {
            const input = question.race(lab).next()
            forget(history.path)
            const start = process.hrtime.bigint()
            const run = contestantsOf(question.race(lab)).find(([name]) => name === place)?.[1]
            if (run === undefined) return
            await run(input)
            const series = times.get(place) ?? []
            series.push(Number(process.hrtime.bigint() - start))
            times.set(place, series)
          })
        }
      }
      const summaries = [...times].map(([name, series]) => [name, summarize(series)] as const)
      found.push({ name: question.name, times: new Map(summaries) })
    }
    return {
      header: [
        `first call, ${size.toLocaleString('en')} commits`,
        'tract',
        'limit',
        'typeorm',
        'drizzle',
        'kysely',
      ],
      rows: found.map(({ name, times }) => [
        name,
        ...['tract', 'limit', 'typeorm', 'drizzle', 'kysely'].map((who) => {
          const summary = times.get(who)
          return summary === undefined ? '–' : timeText(summary.median)
        }),
      ]),
      ...(quick && { note: 'quick: the numbers mean nothing' }),
      data: found.map(({ name, times }) => ({ name, times: Object.fromEntries(times) })),
    }
  },
}

/** Asks the system to drop a file's pages (GNU dd: `oflag=nocache` with nothing to copy); where it cannot, the file stays warm. */
function forget(path: string): void {
  try {
    execFileSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'])
  } catch {
    // No GNU dd here.
  }
}
