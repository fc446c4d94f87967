import { measureRunners } from '../harness/measure.js'
import type { Run } from '../harness/race.js'
import { summarize, summarizeRatios } from '../harness/statistics.js'
import { ratioText, timeText } from '../harness/table.js'
import { historyOf } from '../history/build.js'
import type { Options } from '../options.js'
import { questions } from '../questions/questions.js'
import { withCopy } from '../scratch.js'
import { type Lab, withLab } from '../subjects/lab.js'
import type { Study } from './study.js'

const TARGET = 1.5
/** The small file must stay small while it is written to. */
const MOST_WRITES = 50

/** How much slower an operation on a fixed number of rows is in a file of a hundred times as many commits. */
export const growth: Study = {
  name: 'growth',
  title: 'Growth: the same operation in a small and in a large file',
  async run(options, progress) {
    const [small, large] = sizes(options)
    const found = await withLabs(small, large, async (labs) => {
      const results = []
      for (const question of questions.filter((each) => each.touchesFixedRows)) {
        progress(`growth: ${question.name}`)
        const runners = labs.flatMap(({ name, lab }) => {
          const race = question.race(lab)
          const one =
            race.mostCalls === undefined
              ? race
              : { ...race, mostCalls: Math.min(race.mostCalls, MOST_WRITES) }
          return (['tract', 'limit'] as const).map((who) => ({
            name: `${who}-${name}` as const,
            race: one,
            run: race.contestants[who] satisfies Run<unknown>,
          }))
        })
        const times = await measureRunners(runners, options.effort)
        const series = (name: string) => [...times].find(([each]) => each === name)?.[1] ?? []
        results.push({
          name: question.name,
          title: labs[0] === undefined ? question.name : question.title(labs[0].lab),
          small: summarize(series('tract-small')),
          large: summarize(series('tract-large')),
          growth: summarizeRatios(series('tract-large'), series('tract-small')),
          growthOfLimit: summarizeRatios(series('limit-large'), series('limit-small')),
        })
      }
      return results
    })
    return {
      header: ['operation', `${small}`, `${large}`, 'growth', 'spread', 'target', 'growth of the limit'],
      rows: found.map((each) => [
        each.title,
        timeText(each.small.median),
        timeText(each.large.median),
        ratioText(each.growth.median),
        `${ratioText(each.growth.low)}–${ratioText(each.growth.high)}`,
        `${each.growth.median < TARGET ? '<' : 'above'} ${TARGET}`,
        ratioText(each.growthOfLimit.median),
      ]),
      data: { small, large, operations: found },
    }
  },
}

function sizes({ sizes: given, quick }: Options): [number, number] {
  if (quick) return [1_000, 2_000]
  return given.length > 1 ? [Math.max(10_000, Math.min(...given)), Math.max(...given)] : [10_000, 1_000_000]
}

type NamedLab = { readonly name: 'small' | 'large'; readonly lab: Lab }

async function withLabs<Result>(
  small: number,
  large: number,
  work: (labs: readonly NamedLab[]) => Promise<Result>,
): Promise<Result> {
  const smallHistory = await historyOf(small)
  const largeHistory = await historyOf(large)
  return withCopy(smallHistory.path, (smallPath) =>
    withCopy(largeHistory.path, (largePath) =>
      withLab({ ...smallHistory, path: smallPath }, (smallLab) =>
        withLab({ ...largeHistory, path: largePath }, (largeLab) =>
          work([
            { name: 'small', lab: smallLab },
            { name: 'large', lab: largeLab },
          ]),
        ),
      ),
    ),
  )
}
