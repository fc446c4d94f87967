import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { width } from '../src/demo/text.js'
import { expectWhole, sampleConversations } from './conversations.js'
import { aFolder, look, runDemo, SAMPLE, SOUND, soundness } from './run-demo.js'
import { writtenContexts } from './written-contexts.js'

const HELLO = '{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"hello"}]}'

describe('the sample', () => {
  test('is recorded, reported and sound; a second run adds nothing and answers from the file', async () => {
    const folder = aFolder()
    const first = await runDemo([], { folder })
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    for (const words of [
      'the sample conversations into tract-demo.db',
      '278 messages recorded',
      'double-charge-bug',
      '金沢-wedding-menu-💍',
      'an application calls its model for them',
    ]) {
      expect(first.stdout).toContain(words)
    }
    expect(first.stdout).toMatch(/all 6 +278 +113 /)
    expect(first.stdout).not.toContain('\u001b')
    expect(Math.max(...first.stdout.split('\n').map(width))).toBeLessThanOrEqual(100)
    const database = join(folder, 'tract-demo.db')
    expect(soundness(database)).toEqual(SOUND)
    const written = writtenContexts(database)
    expect(written.size).toBe(6)
    for (const conversation of sampleConversations()) expectWhole(conversation, written.get(conversation.id))
    const rows = look(database, 'SELECT * FROM commits')

    const second = await runDemo(['--conversation', 'iberia-by-train', '--turn', '4'], { folder })
    expect(second).toMatchObject({ exitCode: 0, stderr: '' })
    expect(second.stdout).toContain('0 messages recorded')
    expect(second.stdout).toContain('"iberia-by-train", turn 4 of 17')
    expect(look(database, 'SELECT * FROM commits')).toEqual(rows)
  })

  test('ends on one screen: an origin tree, a diff of two contexts, the savings and a verify', async () => {
    const folder = aFolder()
    const { stdout } = await runDemo([], { folder })
    const screen = stdout.slice(stdout.indexOf('"mesh-router-drops", turn 23 of 25')).split('\n')
    expect(screen.length).toBeLessThanOrEqual(51)
    const section = (call: string) => {
      const start = screen.findIndex((line) => line.endsWith(call))
      return screen.slice(start + 1, screen.indexOf('', start))
    }
    const written = writtenContexts(join(folder, 'tract-demo.db')).get('mesh-router-drops') ?? []
    const [before, after] = [written[21], written[22]]

    const tree = section('originsOf(store, summary)')
    expect(tree[0]).toMatch(/^ {2}Σ summary up to message 40: [\d,]+ → \d+ tokens$/)
    expect(tree.filter((line) => line.includes('Σ'))).toHaveLength(3)
    expect(tree.join('\n')).toMatch(
      /├─ #2 user: Hello, my name is Peggy Atherton.*\n.*… \d+ more\n.*└─ #\d+ /,
    )
    expect(after?.summarised).toEqual(Array.from({ length: 39 }, (_, index) => index + 2))
    expect(section('seenBy(store, message)')).toEqual([
      `  It is summarised now; ${written.filter(({ summarised }) => !summarised.includes(2)).length} turns showed it word for word, ${written.filter(({ summarised }) => summarised.includes(2)).length} in a summary.`,
    ])

    const diff = section('diffContexts(store, before, after)')
    for (const line of [
      /^ {4} +\d+ {2}#1 system: /,
      /^ {2}- +\d+ {2}summary up to message 30$/,
      /^ {2}- +… \d+ more$/,
      /^ {2}- +\d+ {2}#40 /,
      /^ {2}\+ +\d+ {2}summary up to message 40$/,
      /^ {2}\+ +\d+ {2}#48 assistant: /,
    ]) {
      expect(diff).toContainEqual(expect.stringMatching(line))
    }
    const sizes = [before, after].map((context) => context?.tokens.toLocaleString('en-US')).join(' → ')
    expect(diff.at(-1)).toBe(`  ${sizes} tokens  ✓ rebuilt from the file, byte for byte as sent (SHA-256)`)

    const saved = section('savings(store, tract)')
    expect(saved.map((line) => line.trim().split(/ +/)[0])).toEqual(['1.', '2.', '3.', 'all', 'The'])
    const sent = written.reduce((sum, { tokens }) => sum + tokens, 0).toLocaleString('en-US')
    expect(saved.at(-1)).toMatch(
      new RegExp(`^ {2}The model read ${sent} tokens at all its turns, not 49,341: \\d+ % less`),
    )

    expect(section('verify(store)').at(-1)).toBe('  ✓ nothing lost, nothing changed')
  })

  test('shows what was changed or lost in its file', async () => {
    const folder = aFolder()
    await runDemo([], { folder })
    const database = new Database(join(folder, 'tract-demo.db'))
    database.exec("UPDATE blobs SET payload_json = replace(payload_json, 'Peggy', 'Maggy')").close()
    const { stdout, exitCode } = await runDemo([], { folder })
    expect(exitCode).toBe(1)
    expect(stdout).toContain('✗ what the file holds now is not what was sent')
    expect(stdout).toMatch(
      /✗ [\d,]+ findings, in what was written or is gone\n +corruption: payload [0-9a-f]{64}: found/,
    )
  })

  test('is drawn into a new file, in Mermaid or in the language of Graphviz', async () => {
    const folder = aFolder()
    const run = await runDemo(['--picture', 'talk.mmd'], { folder })
    expect(run.stdout).toContain('The history of "mesh-router-drops" is drawn in talk.mmd.')
    expect(readFileSync(join(folder, 'talk.mmd'), 'utf8')).toMatch(/^flowchart TD\n[\s\S]+compress<br/)
    await runDemo(['--picture', 'talk.dot'], { folder })
    expect(readFileSync(join(folder, 'talk.dot'), 'utf8')).toMatch(/^digraph history \{\n/)
    const again = await runDemo(['--picture', 'talk.dot'], { folder })
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toBe('demo: talk.dot: exists already, expected a new name\n')
    const nowhere = await runDemo(['--picture', 'gone/talk.dot'], { folder })
    expect(nowhere.stderr).toBe('demo: gone/talk.dot: cannot be written (ENOENT)\n')
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
    expect(soundness(database)).toEqual(SOUND)
    expect(run.stdout).toMatch(/✓ nothing lost, nothing changed \(\d+ oddities, harmless\)/)
    expect(writtenContexts(database).get('talk.jsonl:1')).toHaveLength(1)
    const again = await runDemo(['talk.jsonl', '--db', 'old.db'], { folder })
    expect(again.stdout).toContain('0 messages recorded')
    expect(look(database, commits)).toHaveLength(before.length + 2)
  },
)

test('a conversation in which no model has answered is recorded and reported, without a context', async () => {
  const folder = aFolder()
  writeFileSync(join(folder, 'asked.jsonl'), '{"messages":[{"role":"user","content":"hi"}]}\n')
  const ran = await runDemo(['asked.jsonl'], { folder })
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
  expect(ran.stdout).toContain('No model has answered in')
  expect(ran.stdout).toContain('✓ nothing lost, nothing changed')
  expect(soundness(join(folder, 'tract-demo.db'))).toEqual(SOUND)
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
  [['--picture', '']],
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
