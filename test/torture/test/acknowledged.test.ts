import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Acknowledged, checkAcknowledged } from '../src/harness/acknowledged.js'
import { Report } from '../src/harness/report.js'
import { TRACT, type UnitKind, writeUnit } from '../src/harness/units.js'

const WRITER = 'a writer'
const KINDS: readonly UnitKind[] = ['plain', 'event', 'record', 'large', 'plain']

let folder: string
let file: string
let acknowledged: Acknowledged[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tract-torture-test-'))
  file = join(folder, 'agent.db')
  await using store = await openStore(file)
  acknowledged = []
  for (const [number, kind] of KINDS.entries()) {
    const hash = await writeUnit(store, { writer: WRITER, number, kind }, 'transaction')
    acknowledged.push({ writer: WRITER, number, hash })
  }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Changes the file behind the store's back. */
function tamper(...statements: readonly string[]): void {
  const database = new Database(file)
  database.pragma('foreign_keys = OFF')
  for (const sql of statements) database.exec(sql)
  database.close()
}

async function findings(killed: readonly string[] = []): Promise<string> {
  const report = new Report(() => undefined)
  await checkAcknowledged(file, acknowledged, new Set(killed), report)
  return report.broken.join('\n')
}

function hashAt(index: number): string {
  return acknowledged.at(index)?.hash ?? ''
}

describe('what a trial checks', () => {
  it('finds nothing where everything is there', async () => {
    expect(await findings()).toBe('')
  })

  it('finds a unit that is not there', async () => {
    acknowledged.push({ writer: WRITER, number: KINDS.length, hash: 'ff' })
    expect(await findings()).toContain('unit a writer:5 was acknowledged and is not on the branch')
  })

  it('finds a branch that was moved back', async () => {
    tamper(`UPDATE refs SET commit_hash = '${hashAt(3)}' WHERE ref_name = 'refs/heads/main'`)
    const found = await findings()
    expect(found).toContain('unit a writer:4 was acknowledged and is not on the branch')
    expect(found).toContain('5 commits are stored, 4 are on the branch')
  })

  it('finds another commit than the one acknowledged', async () => {
    acknowledged.splice(1, 1, { writer: WRITER, number: 1, hash: hashAt(2) })
    expect(await findings()).toBe('unit a writer:1 is not the commit that was acknowledged')
  })

  it('finds a unit that is there twice', async () => {
    await using store = await openStore(file)
    await writeUnit(store, { writer: WRITER, number: 0, kind: 'plain' }, 'history')
    expect(await findings()).toContain('unit a writer:0 is there twice')
  })

  it('takes a unit that was under way of a killed writer alone, and only the next', async () => {
    acknowledged.pop()
    expect(await findings([WRITER])).toBe('')
    expect(await findings()).toBe('unit a writer:4 is there and nobody acknowledged it')
    acknowledged.pop()
    expect(await findings([WRITER])).toBe('unit a writer:4 is there and nobody acknowledged it')
  })

  it.each([
    [
      'an event without its source',
      "DELETE FROM operation_commits WHERE role = 'source'",
      'the event of unit a writer:1',
    ],
    [
      'an event that is gone',
      'DELETE FROM operation_commits; DELETE FROM operation_events',
      'the event of unit a writer:1',
    ],
    ['a record without its commit', 'DELETE FROM compile_effectives', 'the record of unit a writer:2'],
    [
      'an event of nobody',
      "INSERT INTO operation_events VALUES ('e', 't', 'import', NULL, '2026-01-01 00:00:00.000000', 0, 0, NULL)",
      '3 events and records are there, expected 2',
    ],
    [
      'a payload that is gone',
      'DELETE FROM blobs WHERE byte_size < 1000',
      'integrity: commits has a row that names a missing one',
    ],
    [
      'a payload that was changed',
      "UPDATE blobs SET payload_json = replace(payload_json, 'yes', 'no!')",
      'verify: payload_hash',
    ],
    [
      'a commit that was changed',
      "UPDATE commits SET created_at = '2026-01-01 00:00:00.000000'",
      'verify: commit_hash',
    ],
  ])('finds %s', async (_what, sql, sentence) => {
    tamper(sql)
    expect(await findings()).toContain(sentence)
  })
})

it('the branch that trials write on is found by its tract', async () => {
  tamper(`UPDATE refs SET tract_id = 'other' WHERE tract_id = '${TRACT}'`)
  expect(await findings()).toContain('5 commits are stored, 0 are on the branch')
})
