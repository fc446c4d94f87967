import { openStore } from '@tract/sqlite'
import { measure } from '../harness/measure.js'
import { raceOf } from '../harness/race.js'
import { summarize } from '../harness/statistics.js'
import { timeText } from '../harness/table.js'
import { historyOf } from '../history/build.js'
import { withCopy } from '../scratch.js'
import { openDrizzle } from '../subjects/drizzle.js'
import { openKysely } from '../subjects/kysely.js'
import { openHandle } from '../subjects/open-handle.js'
import { openTypeorm } from '../subjects/typeorm.js'
import type { Study } from './study.js'

/** What opening an existing file takes, and whether its size matters. */
export const opening: Study = {
  name: 'opening',
  title: 'Opening and closing an existing file',
  async run({ sizes, effort }, progress) {
    const found = []
    for (const size of sizes) {
      progress(`opening: ${size} commits`)
      const history = await historyOf(size)
      const times = await withCopy(history.path, (path) => measure(openAndClose(path), effort))
      found.push({
        size,
        times: Object.fromEntries([...times].map(([name, series]) => [name, summarize(series)])),
      })
    }
    return {
      header: ['commits in the file', 'tract', 'limit', 'typeorm', 'drizzle', 'kysely'],
      rows: found.map(({ size, times }) => [
        size.toLocaleString('en'),
        ...['tract', 'limit', 'typeorm', 'drizzle', 'kysely'].map((name) =>
          timeText(times[name]?.median ?? Number.NaN),
        ),
      ]),
      note: 'The limit opens a handle and sets the pragmas; it looks at nothing. tract also checks what the file is and its version.',
      data: found,
    }
  },
}

function openAndClose(path: string) {
  return raceOf<string>({
    next: () => path,
    contestants: {
      tract: async (file) => {
        const store = await openStore(file)
        await store.close()
      },
      limit: (file) => {
        openHandle(file).close()
      },
      typeorm: async (file) => {
        const dataSource = await openTypeorm(file)
        await dataSource.destroy()
      },
      drizzle: (file) => {
        openDrizzle(file).$client.close()
      },
      kysely: (file) => openKysely(file).destroy(),
    },
  })
}
