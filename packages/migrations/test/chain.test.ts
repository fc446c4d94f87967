import { migrate, planMigration, readSchemaVersion, readStructure } from '@tract/migrations'
import { type CompressionsShape, type LegacyVersion, legacyDatabase, ODD_TRACT } from '@tract/testkit'
import { DataSource } from 'typeorm'
import { describe, expect, test } from 'vitest'
import { allSteps } from '../src/steps/steps.js'
import { allValues, bytesOf, dump, execute, filesBeside, newFile, oneValue, open, using } from './support.js'

const VERSIONS: LegacyVersion[] = [1, 2, 3, 4, 5]

async function freshStructure() {
  const dataSource = await open(newFile())
  await migrate(dataSource)
  return readStructure(dataSource)
}

describe.each(VERSIONS)('a file of version %i', (version) => {
  test('reaches version 6 with the structure of a fresh file, and only its version is used', async () => {
    const path = newFile(legacyDatabase(version))
    const dataSource = await open(path)
    expect(await readSchemaVersion(dataSource)).toBe(version)
    const result = await migrate(dataSource)
    expect(result).toMatchObject({ from: version, to: 6, changed: true, differences: [], skippedIndexes: [] })
    expect(result.steps).toEqual(
      allSteps()
        .slice(version - 1)
        .map(({ name }) => name),
    )
    expect(await readStructure(dataSource)).toEqual(await freshStructure())
    expect(result.brokenReferences).toEqual([])
  })

  test('keeps every row of the tables that stay, as stored', async () => {
    const path = newFile(legacyDatabase(version))
    const { _trace_meta, compressions, compression_sources, compression_results, ...before } = dump(path)
    await using(path, (dataSource) => migrate(dataSource))
    expect(dump(path)).toMatchObject(before)
  })

  test('opens a second time without a byte changed', async () => {
    const path = newFile(legacyDatabase(version))
    const dataSource = await open(path)
    await migrate(dataSource)
    const before = bytesOf(path)
    expect((await migrate(dataSource)).changed).toBe(false)
    expect(bytesOf(path).equals(before)).toBe(true)
  })

  test('reaches version 6 where the original made the empty tables of version 6 before', async () => {
    const dataSource = await open(newFile(legacyDatabase(version, { emptyNewTables: true })))
    expect(await migrate(dataSource)).toMatchObject({ from: version, differences: [] })
    expect(await readStructure(dataSource)).toEqual(await freshStructure())
  })

  test('reaches version 6 without a row in any table, and then without a backup', async () => {
    const path = newFile(legacyDatabase(version, { isEmpty: true }))
    const dataSource = await open(path)
    expect(await migrate(dataSource)).toMatchObject({ from: version, backup: null, changed: true })
    expect(await readStructure(dataSource)).toEqual(await freshStructure())
    expect(filesBeside(path)).toEqual(['agent.db'])
  })
})

test.each([1, 2, 3, 4] as const)(
  'the step from version %i leaves the structure of the next',
  async (version) => {
    const dataSource = await open(newFile(legacyDatabase(version)))
    const step = allSteps().find(({ from }) => from === version)
    await step?.up(dataSource.createQueryRunner())
    const next = await open(newFile(legacyDatabase((version + 1) as LegacyVersion)))
    expect(await readStructure(dataSource)).toEqual(await readStructure(next))
  },
)

test.each(['a', 'b', 'c', 'd'] as const)(
  'layout %s of version 1 gets the columns and index names of today, its values untouched',
  async (layout) => {
    const path = newFile(legacyDatabase(1, { layout }))
    const today = newFile(legacyDatabase(1))
    await using(path, (dataSource) => migrate(dataSource))
    await using(today, (dataSource) => migrate(dataSource))
    const found = dump(path)
    if (layout !== 'd') execute(today, 'UPDATE commits SET generation_config_json = NULL')
    expect(found).toEqual(dump(today))
    expect(await readStructure(await open(path))).toEqual(await freshStructure())
  },
)

test.each([2, 3, 4, 5, 6] as const)(
  'an early layout is recognised although its row states version %i',
  async (n) => {
    const dataSource = await open(newFile(legacyDatabase(1, { layout: 'a', versionRow: String(n) })))
    expect(await readSchemaVersion(dataSource)).toBe(1)
    expect(await migrate(dataSource)).toMatchObject({ from: 1, differences: [] })
    expect(await readStructure(dataSource)).toEqual(await freshStructure())
  },
)

describe('migrate v5 to v6 with data', () => {
  const EVENTS = `SELECT event_id || '|' || tract_id || '|' || event_type || '|' || coalesce(branch_name, '-') || '|' || created_at
    || '|' || original_tokens || '|' || compressed_tokens FROM operation_events ORDER BY rowid`

  test.each<CompressionsShape>(['listed', 'with-defaults', 'without-tokens'])(
    'compressions of the shape %s become events in their order',
    async (compressions) => {
      const path = newFile(legacyDatabase(5, { compressions }))
      const dataSource = await open(path)
      await migrate(dataSource)
      const tokens = (text: string) => (compressions === 'without-tokens' ? '0|0' : text)
      expect(allValues(path, EVENTS)).toEqual([
        `c1|0f977044218e4b7b958dcdb46b446806|compress|main|2026-02-10 19:05:30.000000|${tokens('57|14')}`,
        `c2|0f977044218e4b7b958dcdb46b446806|compress|-|2026-02-10 19:05:31.000001|${tokens('10|1')}`,
        `c3|${ODD_TRACT}|compress|release/1.0|2026-02-10 19:05:36|0|0`,
        `c4|0f977044218e4b7b958dcdb46b446806|compress|main|2026-02-10 19:05:33.000003|${tokens('9007199254740991|1')}`,
        `c5|0f977044218e4b7b958dcdb46b446806|compress|main|2026-02-10 19:05:34.000004|${tokens('1|1')}`,
      ])
      expect(await readStructure(dataSource)).toEqual(await freshStructure())
    },
  )

  test("parameters are Python's JSON of what is not null: 0 and the empty string are values", async () => {
    const path = newFile(legacyDatabase(5))
    execute(
      path,
      "INSERT INTO compressions VALUES ('c6', 't', NULL, '2026-02-10 00:00:00', 1, 1, 9223372036854775807, NULL)",
    )
    await using(path, (dataSource) => migrate(dataSource))
    expect(allValues(path, 'SELECT params_json FROM operation_events ORDER BY rowid')).toEqual([
      '{"target_tokens": 50, "instructions": "be brief"}',
      '{"target_tokens": 0, "instructions": ""}',
      null,
      '{"instructions": "na\\u00efve \\ud83d\\ude00 \\"q\\" \\\\ /\\n\\t\\u0001\\u007f"}',
      '{"target_tokens": 9007199254740991}',
      '{"target_tokens": 9223372036854775807}',
    ])
  })

  test('instructions of a megabyte arrive whole', async () => {
    const path = newFile(legacyDatabase(5))
    execute(path, "UPDATE compressions SET instructions = hex(zeroblob(600000)) WHERE compression_id = 'c3'")
    await using(path, (dataSource) => migrate(dataSource))
    const length =
      "SELECT length(json_extract(params_json, '$.instructions')) FROM operation_events WHERE event_id = 'c3'"
    expect(oneValue(path, length)).toBe(1_200_000)
  })

  test('sources and results become links of their roles with their positions', async () => {
    const path = newFile(legacyDatabase(5))
    await using(path, (dataSource) => migrate(dataSource))
    const links = `SELECT event_id || ' ' || CAST(substr(commit_hash, -1) AS TEXT) || ' ' || role || ' ' || position
      FROM operation_commits ORDER BY rowid`
    expect(allValues(path, links)).toEqual([
      'c1 0 source 0',
      'c1 1 source 1',
      'c2 1 source 0',
      'c4 3 source 0',
      'c5 2 source 2',
      'c1 4 result 0',
      'c3 6 result 0',
      'c4 3 result 0',
    ])
  })

  test('the three tables are dropped, results first, then sources, then compressions', async () => {
    const statements: string[] = []
    const dataSource = await open(newFile(legacyDatabase(5)))
    const runner = dataSource.createQueryRunner()
    const query = runner.query.bind(runner)
    runner.query = (sql: string, ...rest: unknown[]) => {
      statements.push(sql)
      return Reflect.apply(query, runner, [sql, ...rest]) as ReturnType<typeof query>
    }
    await migrate(dataSource)
    expect(statements.filter((sql) => sql.startsWith('DROP TABLE'))).toEqual([
      'DROP TABLE compression_results',
      'DROP TABLE compression_sources',
      'DROP TABLE compressions',
    ])
  })
})

describe("the original's half-done migration", () => {
  test.each(['old-kept', 'old-dropped'] as const)(
    'with the old tables %s is completed, not doubled',
    async (halfDone) => {
      const path = newFile(legacyDatabase(5, { halfDone }))
      const whole = newFile(legacyDatabase(5))
      const dataSource = await open(path)
      expect(await readSchemaVersion(dataSource)).toBe(5)
      await migrate(dataSource)
      await using(whole, (other) => migrate(other))
      expect(dump(path)).toEqual(dump(whole))
      expect(await readStructure(dataSource)).toEqual(await freshStructure())
    },
  )

  test('of which only a part was copied is completed', async () => {
    const path = newFile(legacyDatabase(5, { halfDone: 'old-kept' }))
    execute(
      path,
      "DELETE FROM operation_commits WHERE role = 'result' OR event_id > 'c2'; DELETE FROM operation_events WHERE event_id > 'c2'",
    )
    const whole = newFile(legacyDatabase(5))
    await using(path, (dataSource) => migrate(dataSource))
    await using(whole, (dataSource) => migrate(dataSource))
    expect(dump(path)).toEqual(dump(whole))
  })

  test('marked 6 with compressions still full is healed', async () => {
    const path = newFile(legacyDatabase(5, { versionRow: '6', emptyNewTables: true }))
    const whole = newFile(legacyDatabase(5))
    const dataSource = await open(path)
    expect(await readSchemaVersion(dataSource)).toBe(5)
    await migrate(dataSource)
    await using(whole, (other) => migrate(other))
    expect(dump(path)).toEqual(dump(whole))
  })
})

describe('the version row', () => {
  test.each(VERSIONS)('is not needed where the tables tell version %i', async (version) => {
    const path = newFile(legacyDatabase(version, { versionRow: null }))
    const dataSource = await open(path)
    expect(await readSchemaVersion(dataSource)).toBe(version)
    await migrate(dataSource)
    expect(await readStructure(dataSource)).toEqual(await freshStructure())
    expect(oneValue(path, 'SELECT value FROM _trace_meta')).toBe('6')
  })

  test.each(['1', '2', '6'])(
    'that states %s over full tables of version 5 is not believed',
    async (versionRow) => {
      const path = newFile(legacyDatabase(5, { versionRow }))
      const whole = newFile(legacyDatabase(5))
      const dataSource = await open(path)
      expect(await readSchemaVersion(dataSource)).toBe(5)
      await migrate(dataSource)
      await using(whole, (other) => migrate(other))
      expect(dump(path)).toEqual(dump(whole))
    },
  )

  test.each(['3', '4', '5', '6'])(
    'that states %s over the tables of version 2 is not believed',
    async (versionRow) => {
      const dataSource = await open(newFile(legacyDatabase(2, { versionRow })))
      expect(await readSchemaVersion(dataSource)).toBe(Number(versionRow) === 3 ? 3 : 2)
      await migrate(dataSource)
      expect(await readStructure(dataSource)).toEqual(await freshStructure())
    },
  )
})

describe('spawn pointers', () => {
  test('without a double child get the unique rule', async () => {
    const path = newFile(legacyDatabase(5, { duplicateChildren: 'allowed' }))
    const before = dump(path).spawn_pointers
    const dataSource = await open(path)
    expect((await migrate(dataSource)).differences).toEqual([])
    expect(await readStructure(dataSource)).toEqual(await freshStructure())
    expect(dump(path).spawn_pointers).toEqual(before)
  })

  test('with a double child keep both rows and stay without the rule, which the result says', async () => {
    const path = newFile(legacyDatabase(4, { duplicateChildren: 'present' }))
    const before = dump(path).spawn_pointers
    const dataSource = await open(path)
    const { problems } = await planMigration(dataSource)
    const { differences } = await migrate(dataSource)
    expect(problems).toEqual(differences.map((difference) => ({ kind: 'structure', ...difference })))
    expect(differences).toEqual([
      {
        table: 'spawn_pointers',
        difference: 'unique (child_tract_id) is missing',
        reason: 'several rows have the same (child_tract_id): child 1',
      },
    ])
    expect(dump(path).spawn_pointers).toEqual(before)
    const bytes = bytesOf(path)
    expect(await migrate(dataSource)).toMatchObject({ changed: false, differences })
    expect(bytesOf(path).equals(bytes)).toBe(true)
  })
})

describe('tables that differ from the format', () => {
  test('are built anew where every row permits it, with row numbers and own indexes', async () => {
    const path = newFile(legacyDatabase(5))
    execute(
      path,
      `PRAGMA foreign_keys = OFF; ALTER TABLE commit_parents RENAME TO before;
       CREATE TABLE commit_parents (commit_hash TEXT, parent_hash TEXT, position INT DEFAULT 0);
       INSERT INTO commit_parents (rowid, commit_hash, parent_hash, position)
         SELECT rowid * 10, commit_hash, parent_hash, position FROM before;
       DROP TABLE before;
       CREATE INDEX app_own ON commit_parents (position);
       CREATE TABLE app_log (n);
       CREATE TRIGGER app_trigger AFTER INSERT ON app_log BEGIN DELETE FROM app_log WHERE n < new.n; END;`,
    )
    const before = dump(path).commit_parents
    const dataSource = await open(path)
    expect((await migrate(dataSource)).differences).toEqual([])
    expect(dump(path).commit_parents).toEqual(before)
    expect(allValues(path, 'SELECT rowid FROM commit_parents ORDER BY 1')).toEqual([10, 20])
    expect(
      allValues(path, "SELECT name FROM sqlite_master WHERE name LIKE 'app\\_%' ESCAPE '\\' ORDER BY 1"),
    ).toEqual(['app_log', 'app_own', 'app_trigger'])
    const [found, expected] = [await readStructure(dataSource), await freshStructure()].map((tables) =>
      tables.filter(({ name }) => name === 'commit_parents').map(({ indexes, ...table }) => table),
    )
    expect(found).toEqual(expected)
  })

  test('stay where a conversion would change a value, which the result says', async () => {
    const path = newFile(legacyDatabase(5))
    execute(
      path,
      `DROP TABLE policy_log; CREATE TABLE policy_log (id INTEGER NOT NULL PRIMARY KEY, tract_id TEXT NOT NULL,
        policy_name TEXT NOT NULL, "trigger" TEXT NOT NULL, action_type TEXT, reason TEXT, outcome TEXT NOT NULL,
        commit_hash TEXT, error_message TEXT, created_at TEXT NOT NULL);
       INSERT INTO policy_log VALUES (1, 't', 'p', 'compile', NULL, NULL, 'error', NULL, NULL, '20260210')`,
    )
    const before = dump(path).policy_log
    const { differences } = await migrate(await open(path))
    expect(differences).toMatchObject([
      { table: 'policy_log', reason: 'values of column created_at would be changed' },
    ])
    expect(dump(path).policy_log).toEqual(before)
  })

  test('stay where they have a column of somebody else', async () => {
    const path = newFile(legacyDatabase(5))
    execute(path, 'ALTER TABLE refs ADD COLUMN note TEXT')
    const { differences } = await migrate(await open(path))
    expect(differences).toMatchObject([{ table: 'refs', difference: 'column note is additional' }])
  })
})

test("the application's own tables stay as they are, a table named compressions among them", async () => {
  const path = newFile(legacyDatabase(6))
  execute(
    path,
    "CREATE TABLE compressions (file TEXT, ratio REAL); INSERT INTO compressions VALUES ('a.zip', 0.5)",
  )
  const dataSource = await open(path)
  expect(await readSchemaVersion(dataSource)).toBe(6)
  await migrate(dataSource)
  expect(dump(path).compressions).toEqual(["file='a.zip' ratio=0.5"])
})

test("broken rows of the application's own tables are reported, whatever the tables are called", async () => {
  const path = newFile(legacyDatabase(5))
  execute(
    path,
    `PRAGMA foreign_keys = OFF;
    CREATE TABLE "the ""app""" (k TEXT PRIMARY KEY, "a ""b""" TEXT REFERENCES commits (commit_hash)) WITHOUT ROWID;
    INSERT INTO "the ""app""" VALUES ('k', 'gone');
    CREATE TABLE "x""y" ("a ""b""" TEXT REFERENCES commits (commit_hash));
    INSERT INTO "x""y" VALUES ('gone')`,
  )
  const { brokenReferences } = await migrate(await open(path))
  expect(brokenReferences).toEqual([
    { table: 'the "app"', rowId: null, columns: {}, target: 'commits' },
    { table: 'x"y', rowId: 1, columns: { 'a "b"': 'gone' }, target: 'commits' },
  ])
})

test('a compression without an id stops the migration with a typed error, and nothing is changed', async () => {
  const path = newFile(legacyDatabase(5, { compressions: 'with-defaults' }))
  execute(path, "INSERT INTO compressions (tract_id, created_at) VALUES ('t', '2026-02-10 19:05:34.000000')")
  const bytes = bytesOf(path)
  await expect(migrate(await open(path))).rejects.toMatchObject({ code: 'damaged_data' })
  expect(bytesOf(path).equals(bytes)).toBe(true)
})

test('a version 6 file of the original system gets the additional indexes and nothing else', async () => {
  const path = newFile(legacyDatabase(6))
  const before = dump(path)
  const names = allValues(path, 'SELECT name || coalesce(sql, 0) FROM sqlite_master ORDER BY name')
  const dataSource = await open(path)
  expect(await migrate(dataSource)).toMatchObject({ from: 6, to: 6, changed: true, steps: [], backup: null })
  expect(dump(path)).toEqual(before)
  const after = allValues(path, 'SELECT name || coalesce(sql, 0) FROM sqlite_master ORDER BY name')
  expect(after.filter((name) => !names.includes(name))).toHaveLength(6)
  expect(names.filter((name) => !after.includes(name))).toEqual([])
  expect(await readStructure(dataSource)).toEqual(await freshStructure())
})

test('a rolled-back DataSource keeps its pragmas', async () => {
  const dataSource = new DataSource({
    type: 'better-sqlite3',
    database: newFile(legacyDatabase(3)),
    timeout: 1234,
  })
  await dataSource.initialize()
  const pragma = async (name: string) => Object.values((await dataSource.query(`PRAGMA ${name}`))[0])[0]
  const before = [await pragma('cache_size'), await pragma('synchronous')]
  await migrate(dataSource)
  expect(await pragma('foreign_keys')).toBe(1)
  expect(await pragma('busy_timeout')).toBe(1234)
  expect([await pragma('cache_size'), await pragma('synchronous')]).toEqual(before)
  expect(await pragma('legacy_alter_table')).toBe(0)
  await dataSource.destroy()
})
