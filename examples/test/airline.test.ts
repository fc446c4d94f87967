import { join } from 'node:path'
import { expect, test } from 'vitest'
import { width } from '../src/demo/text.js'
import { conversationsIn, expectWhole } from './conversations.js'
import { aFolder, look, runDemo, SOUND, soundness } from './run-demo.js'
import { writtenContexts } from './written-contexts.js'

const data = process.env.TRACT_DATA_DIR

test.skipIf(data === undefined)(
  'the 100 airline conversations are recorded whole (set TRACT_DATA_DIR to their folder to run this)',
  async () => {
    const folder = aFolder()
    const input = join(data ?? '', 'airline-conversations.jsonl')
    const run = await runDemo([input, '--db', 'airline.db'], { folder })
    expect(run.exitCode).toBe(0)
    expect(run.stdout).toContain('2,658 messages recorded')
    expect(run.stdout).toMatch(/\n {2}airline-33-0 +62 +30 /)
    expect(run.stdout).toMatch(/all 100 +2,658 /)
    expect(run.stdout).toContain('✓ nothing lost, nothing changed')
    const lines = run.stdout.split('\n').filter((line) => !line.includes(input))
    expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(100)
    const database = join(folder, 'airline.db')
    expect(soundness(database)).toEqual(SOUND)
    expect(look(database, 'SELECT count(DISTINCT tract_id) AS tracts FROM commits')).toEqual([
      { tracts: 100 },
    ])
    const records = 'SELECT count(*) AS records FROM compile_records'
    expect(look(database, records)).toEqual([{ records: 1229 }])
    const written = writtenContexts(database)
    for (const conversation of conversationsIn(input)) {
      expectWhole(conversation, written.get(conversation.id))
    }
  },
)
