import { measureRunners } from '../harness/measure.js'
import { summarize, summarizeRatios } from '../harness/statistics.js'
import { ratioText, timeText } from '../harness/table.js'
import { historyOf } from '../history/build.js'
import { appendMessage } from '../questions/append-message.js'
import { saveEvent } from '../questions/save-event.js'
import { saveRecordOf20, saveRecordOf200 } from '../questions/save-record.js'
import { withCopy } from '../scratch.js'
import { withLab } from '../subjects/lab.js'
import type { Study } from './study.js'

const ADDITIONAL = [
  'ix_commits_parent',
  'ix_commits_content',
  'ix_commit_parents_parent',
  'ix_refs_commit',
  'ix_compile_effectives_commit',
  'ix_spawn_parent_commit',
]

/** What the indexes that the original system does not have cost a write. */
export const indexCost: Study = {
  name: 'index-cost',
  title: 'What the additional indexes cost a write',
  async run({ effort, quick }, progress) {
    const history = await historyOf(quick ? 1_000 : 100_000)
    const found = await withCopy(history.path, (path) =>
      withCopy(history.path, (barePath) =>
        withLab({ ...history, path }, (lab) =>
          withLab({ ...history, path: barePath }, async (bareLab) => {
            // Opening would make them again, so they go when everybody has opened the file.
            for (const index of ADDITIONAL) bareLab.db.exec(`DROP INDEX ${index}`)
            const results = []
            for (const question of [appendMessage, saveEvent, saveRecordOf20, saveRecordOf200]) {
              progress(`index-cost: ${question.name}`)
              const race = question.race(lab)
              const bareRace = question.race(bareLab)
              const times = await measureRunners(
                [
                  { name: 'with', race, run: race.contestants.tract },
                  { name: 'without', race: bareRace, run: bareRace.contestants.tract },
                ],
                effort,
              )
              const series = (name: 'with' | 'without') => times.get(name) ?? []
              results.push({
                name: question.name,
                title: question.title(lab),
                with: summarize(series('with')),
                without: summarize(series('without')),
                cost: summarizeRatios(series('with'), series('without')),
              })
            }
            return results
          }),
        ),
      ),
    )
    return {
      header: ['operation', 'with', 'without', 'ratio', 'spread'],
      rows: found.map((each) => [
        each.title,
        timeText(each.with.median),
        timeText(each.without.median),
        ratioText(each.cost.median),
        `${ratioText(each.cost.low)}–${ratioText(each.cost.high)}`,
      ]),
      data: found,
    }
  },
}
