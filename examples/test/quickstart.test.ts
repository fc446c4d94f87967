import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { aFolder, look, SOUND, soundness } from './run-demo.js'

const PROGRAM = fileURLToPath(new URL('../dist/quickstart.js', import.meta.url))

test('the quickstart records an event and reads it back, on a new file and on an old one', () => {
  const file = join(aFolder(), 'agent.db')
  for (const events of [1, 2]) {
    const output = execFileSync(process.execPath, [PROGRAM, file], { encoding: 'utf8' })
    expect(output).toMatch(/^source [0-9a-f]{64}\nresult [0-9a-f]{64}\n$/)
    expect(look(file, 'SELECT count(*) AS events FROM operation_events')).toEqual([{ events }])
  }
  expect(soundness(file)).toEqual(SOUND)
})
