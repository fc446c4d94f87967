import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { aFolder, look, SOUND, soundness } from './run-demo.js'

const PROGRAM = fileURLToPath(new URL('../dist/quickstart.js', import.meta.url))

test('the quickstart records a call and a compression and answers from the file, on a new file and on an old one', () => {
  const file = join(aFolder(), 'agent.db')
  const said = 'The build failed on Monday. It failed again on Tuesday.'
  for (const [index, seen] of [said, `It failed twice. ${said}`].entries()) {
    const output = execFileSync(process.execPath, [PROGRAM, file], { encoding: 'utf8' })
    expect(output.split('\n')).toEqual([
      `proven: the model saw ${seen}`,
      'the summary stands for 2 messages',
      `${10 * (index + 1)} of ${14 * (index + 1)} tokens saved`,
      '',
    ])
    const runs = index + 1
    expect(look(file, 'SELECT count(*) AS records FROM compile_records')).toEqual([{ records: runs }])
    const links = `SELECT event_type AS type, role, count(*) AS commits FROM operation_events
      JOIN operation_commits USING (event_id) GROUP BY 1, 2 ORDER BY 2`
    expect(look(file, links)).toEqual([
      { type: 'compress', role: 'result', commits: runs },
      { type: 'compress', role: 'source', commits: 2 * runs },
    ])
  }
  expect(soundness(file)).toEqual(SOUND)
})
