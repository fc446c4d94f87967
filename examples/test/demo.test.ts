import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { width } from '../src/demo/text.js'
import { aFolder, look, runDemo, SAMPLE, SOUND, soundness } from './run-demo.js'

const HELLO = '{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"hello"}]}'

describe('the sample', () => {
  test('is recorded, reported and sound; a second run adds nothing and answers from the file', async () => {
    const folder = aFolder()
    const first = await runDemo([], { folder })
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    for (const words of [
      'the sample conversations into tract-demo.db',
      'double-charge-bug',
      '金沢-wedding-menu-💍',
      'The contexts of all 113 turns hold',
      'budget',
      'What did the model see at turn',
      '✓ rebuilt from the file',
      'Which messages does the summary in it replace?',
      'a real application calls its model',
      'tract-demo.db is sound',
    ]) {
      expect(first.stdout).toContain(words)
    }
    expect(first.stdout).not.toContain('\u001b')
    expect(Math.max(...first.stdout.split('\n').map(width))).toBeLessThanOrEqual(100)
    const database = join(folder, 'tract-demo.db')
    expect(soundness(database)).toEqual(SOUND)
    expect(look(database, 'SELECT count(DISTINCT tract_id) AS tracts FROM commits')).toEqual([{ tracts: 6 }])
    const rows = look(database, 'SELECT * FROM commits')

    const second = await runDemo(['--conversation', 'iberia-by-train', '--turn', '4'], { folder })
    expect(second).toMatchObject({ exitCode: 0, stderr: '' })
    expect(second.stdout).toContain('0 messages recorded')
    expect(second.stdout).toContain('What did the model see at turn 4 of "iberia-by-train"?')
    expect(look(database, 'SELECT * FROM commits')).toEqual(rows)
  })
})

test('--db and FILE are paths from where the user stands, and --budget decides about compression', async () => {
  const folder = aFolder({ 'talk.jsonl': `${HELLO}\n` })
  mkdirSync(join(folder, 'deep'))
  const run = await runDemo(['talk.jsonl', '--db', 'deep/x.db', '--budget', '100'], { folder })
  expect(run).toMatchObject({ exitCode: 0, stderr: '' })
  expect(run.stdout).toContain('talk.jsonl:1')
  expect(soundness(join(folder, 'deep/x.db'))).toEqual(SOUND)
})

const golden = process.env.TRACT_GOLDEN_DIR

test.skipIf(golden === undefined)(
  'a database of an older version is migrated, backed up and continued (set TRACT_GOLDEN_DIR to run this)',
  async () => {
    const folder = aFolder({ 'talk.jsonl': HELLO })
    const database = join(folder, 'old.db')
    writeFileSync(database, readFileSync(join(golden ?? '', 'v5.db')))
    const commits = 'SELECT commit_hash FROM commits ORDER BY 1'
    const before = look<{ commit_hash: string }>(database, commits)
    const run = await runDemo(['talk.jsonl', '--db', 'old.db'], { folder })
    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(run.stdout).toMatch(
      /old\.db was of version 5 and has been migrated; it is kept as it was in old\.db\.v5-\S+\.bak\./,
    )
    expect(look(database, commits)).toEqual(expect.arrayContaining(before))
    expect(look(database, commits)).toHaveLength(before.length + 2)
  },
)

test('a conversation in which no model has answered is recorded and reported, without a context', async () => {
  const folder = aFolder()
  writeFileSync(join(folder, 'asked.jsonl'), '{"messages":[{"role":"user","content":"hi"}]}\n')
  const ran = await runDemo(['asked.jsonl'], { folder })
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
  expect(ran.stdout).toContain('No model has answered in')
  expect(ran.stdout).toContain('tract-demo.db is sound')
})

test('--help says how it is used, also through what `npm run demo` starts', async () => {
  const run = await runDemo(['--help'], { folder: aFolder() })
  expect(run).toMatchObject({ exitCode: 0, stderr: '' })
  expect(run.stdout).toMatch(/^Usage: npm run demo/)
  const launcher = fileURLToPath(new URL('../bin/demo.js', import.meta.url))
  expect(execFileSync(process.execPath, [launcher, '--help'], { encoding: 'utf8' })).toBe(run.stdout)
})

describe('what cannot be read gets one line, exit code 1, and leaves no database behind', () => {
  test('a bad first line', async () => {
    const folder = aFolder({ 'role.jsonl': '\n{"messages":[{"content":"hi"}]}' })
    const stderr = 'demo: role.jsonl:2: message 1 has no role\n'
    expect(await runDemo(['role.jsonl'], { folder })).toEqual({ exitCode: 1, stdout: '', stderr })
    expect(existsSync(join(folder, 'tract-demo.db'))).toBe(false)
  })

  test('a missing file, and a folder', async () => {
    const folder = aFolder()
    const missing = await runDemo(['gone.jsonl'], { folder })
    expect(missing).toEqual({ exitCode: 1, stdout: '', stderr: 'demo: gone.jsonl: no such file\n' })
    const aFolderToo = await runDemo(['.'], { folder })
    expect(aFolderToo.stderr).toBe('demo: .: a folder, expected a file of conversations\n')
    expect(aFolderToo.exitCode).toBe(1)
  })

  test('a message of 50 MB, at once', async () => {
    const message = { role: 'user', content: 'x'.repeat(50 << 20) }
    const folder = aFolder({ 'big.jsonl': JSON.stringify({ messages: [message] }) })
    const run = await runDemo(['big.jsonl'], { folder })
    const stderr = 'demo: big.jsonl:1: message 1 holds 50.0 MiB, the limit is 4 MiB\n'
    expect(run).toEqual({ exitCode: 1, stdout: '', stderr })
  })
})

test('a bad line ends the run; what came before it stays whole', async () => {
  const folder = aFolder({ 'talk.jsonl': `${HELLO}\n\n${HELLO}\n{"messages":[{"text":"no role"}]}\n` })
  const run = await runDemo(['talk.jsonl', '--db', 'x.db'], { folder })
  const line = 'demo: talk.jsonl:4: message 1 has no role; the 4 messages before it are in x.db\n'
  expect(run).toEqual({ exitCode: 1, stdout: '', stderr: line })
  const database = join(folder, 'x.db')
  expect(soundness(database)).toEqual(SOUND)
  expect(look(database, 'SELECT count(*) AS commits FROM commits')).toEqual([{ commits: 4 }])
})

describe('a database of something else is refused and stays as it was', () => {
  test('text', async () => {
    const folder = aFolder({ 'notes.db': 'These are my notes, and they are not a database at all.' })
    const run = await runDemo(['--db', 'notes.db'], { folder })
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toMatch(/^demo: .*notes\.db.*\n$/)
    expect(readFileSync(join(folder, 'notes.db'), 'utf8')).toMatch(/^These are my notes/)
  })

  test("another program's SQLite file", async () => {
    const folder = aFolder()
    const { default: Database } = await import('better-sqlite3')
    const file = join(folder, 'shop.db')
    new Database(file).exec('CREATE TABLE orders (id INTEGER)').close()
    const before = readFileSync(file)
    const run = await runDemo(['--db', 'shop.db'], { folder })
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toMatch(/^demo: .*shop\.db.*\n$/)
    expect(readFileSync(file)).toEqual(before)
  })

  test('a folder, and a name in a folder that does not exist', async () => {
    const folder = aFolder()
    const here = await runDemo(['--db', '.'], { folder })
    expect(here).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^demo: \.: a folder.*\n$/) })
    const nowhere = await runDemo(['--db', 'gone/x.db'], { folder })
    expect(nowhere).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^demo: gone\/x\.db: .*\n$/) })
  })
})

test.each([
  [['--budget', 'many']],
  [['--budget', '99']],
  [['--turn', '0']],
  [['--wat']],
  [['--db']],
  [['a.jsonl', 'b.jsonl']],
  [['a.jsonl', '--db', 'a.jsonl']],
])('wrong usage is one line and exit code 2: %j', async (args) => {
  const run = await runDemo(args, { folder: aFolder() })
  expect(run).toMatchObject({ exitCode: 2, stdout: '' })
  expect(run.stderr).toMatch(/^demo: .* \(see npm run demo -- --help\)\n$/)
})

test('asking for what is not there is one line and exit code 1', async () => {
  const folder = aFolder({ 'talk.jsonl': HELLO })
  const conversation = await runDemo(['talk.jsonl', '--conversation', 'x'], { folder })
  expect(conversation).toMatchObject({
    exitCode: 1,
    stderr: 'demo: --conversation: there is no "x" in talk.jsonl\n',
  })
  const turn = await runDemo(['talk.jsonl', '--turn', '2'], { folder })
  expect(turn.exitCode).toBe(1)
  expect(turn.stderr).toBe('demo: --turn 2: the conversation "talk.jsonl:1" has 1 turn\n')
})

test('Ctrl-C leaves whole messages behind', async () => {
  const sample = readFileSync(SAMPLE, 'utf8')
  const copies = Array.from({ length: 60 }, (_, copy) => sample.replaceAll('"id": "', `"id": "${copy}-`))
  const folder = aFolder({ 'many.jsonl': copies.join('') })
  const run = await runDemo(['many.jsonl'], { folder, interruptAfterMs: 2000 })
  expect(run.exitCode).toBe(130)
  expect(run.stderr).toMatch(
    /demo: interrupted; run the same again to go on; the .* are in tract-demo\.db\n$/,
  )
  const database = join(folder, 'tract-demo.db')
  expect(soundness(database)).toEqual(SOUND)
  const unreachable = 'SELECT tract_id FROM commits EXCEPT SELECT tract_id FROM refs'
  expect(look(database, unreachable)).toEqual([])
})
