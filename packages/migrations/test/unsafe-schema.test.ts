import { join } from 'node:path'
import {
  inspectFile,
  migrate,
  planMigration,
  readSchemaVersion,
  readStructure,
  rollback,
  UnsafeSchemaError,
} from '@tract/migrations'
import { DamagedDataError } from '@tract/repositories'
import { type LegacyVersion, legacyDatabase } from '@tract/testkit'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { reasonInOurTable } from '../src/safety/our-table.js'
import { tokensOf } from '../src/safety/sql-tokens.js'
import { bytesOf, dump, execute, newDirectory, newFile, open, using } from './support.js'

interface UnsafeFile {
  readonly what: string
  readonly version?: LegacyVersion
  /** What is added to a file of that version. */
  readonly sql: string
  /** The kind and name of what is refused. */
  readonly refused: readonly [kind: string, name: string]
  readonly reason: RegExp
}

/** What a text in the schema table is changed into, behind SQLite's back. */
const rewritten = (name: string, from: string, to: string) =>
  `PRAGMA writable_schema = ON;
   UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}') WHERE name = '${name}';
   PRAGMA writable_schema = RESET;`

/** Objects of every kind, of which one entry is changed behind SQLite's back. */
const changed = (name: string, change: string) =>
  `CREATE TABLE app (a); CREATE VIEW vv AS SELECT 1; CREATE INDEX ii ON refs (ref_name);
   CREATE TRIGGER tt AFTER INSERT ON commits BEGIN DELETE FROM refs; END;
   PRAGMA writable_schema = ON; UPDATE sqlite_schema SET ${change} WHERE name = '${name}'`

/** Each is made of two of the one before it. */
const bombOfViews = (depth: number, view: string, twice = 'x.a FROM # x, # y') =>
  Array.from({ length: depth }, (_, n) =>
    n === 0
      ? `CREATE VIEW ${view}0 AS SELECT 1 AS a;`
      : `CREATE VIEW ${view}${n} AS SELECT ${twice.replaceAll('#', `${view}${n - 1}`)};`,
  ).join('\n')

const bombOfParts = (depth: number) => {
  const parts = Array.from(
    { length: depth },
    (_, n) => `, c${n + 1} (a) AS (SELECT x.a FROM c${n} x, c${n} y)`,
  )
  return `CREATE VIEW bomb AS SELECT * FROM (WITH c0 AS (SELECT 1 AS a)${parts.join('')} SELECT a FROM c${depth})`
}

/** Written into the schema table by one statement: SQLite reads all of it again after each that makes an object. */
const chainOfViews = (length: number) =>
  `PRAGMA writable_schema = ON;
   WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${length})
   INSERT INTO sqlite_schema SELECT 'view', 'v' || i, 'v' || i, 0,
     'CREATE VIEW v' || i || ' AS SELECT * FROM v' || (i + 1) FROM n`

/** SQLite takes it for white space behind other white space. */
const TAB = ' \v'

const UNSAFE: readonly UnsafeFile[] = [
  {
    what: 'a trigger on a table of ours',
    sql: "CREATE TRIGGER evil AFTER INSERT ON commits BEGIN UPDATE refs SET commit_hash = 'x'; END",
    refused: ['trigger', 'evil'],
    reason: /would run when table commits of ours is written/,
  },
  {
    what: 'a trigger on a table of ours, in other letters and with a name like a table of SQLite’s',
    sql: `CREATE TRIGGER evil BEFORE DELETE ON "BLOBS" BEGIN SELECT raise(IGNORE); END;
      ${rewritten('evil', 'evil', 'sqlite_stat7')}
      PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'sqlite_stat7' WHERE name = 'evil'`,
    refused: ['trigger', 'sqlite_stat7'],
    reason: /table blobs of ours/,
  },
  {
    what: 'a trigger that waits for the version row to be written',
    version: 5,
    sql: 'CREATE TRIGGER evil AFTER UPDATE ON _trace_meta BEGIN DELETE FROM blobs; END',
    refused: ['trigger', 'evil'],
    reason: /table _trace_meta of ours/,
  },
  {
    what: 'a trigger on a table that a migration drops',
    version: 5,
    sql: 'CREATE TRIGGER evil AFTER DELETE ON compressions BEGIN DELETE FROM blobs; END',
    refused: ['trigger', 'evil'],
    reason: /table compressions of ours/,
  },
  {
    what: 'a trigger on a table that foreign keys of its own lead to from ours',
    sql: `CREATE TABLE one (a PRIMARY KEY REFERENCES commits ON DELETE CASCADE);
      CREATE TABLE two (a REFERENCES one ON DELETE SET NULL);
      CREATE TRIGGER evil AFTER UPDATE ON two BEGIN DELETE FROM refs; END`,
    refused: ['trigger', 'evil'],
    reason: /when table two, which foreign keys change, is written/,
  },
  ...['commits', 'COMMITS', 'Refs'].map((name) => ({
    what: `a view with the name ${name}`,
    sql: `DROP TABLE ${name}; CREATE VIEW ${name} AS SELECT * FROM blobs`,
    refused: ['view', name] as const,
    reason: /has the name of a table of ours/,
  })),
  {
    what: 'a view with the name of a table that a migration makes',
    version: 5,
    sql: 'CREATE VIEW operation_events AS SELECT hex(zeroblob(1000)) AS event_id',
    refused: ['view', 'operation_events'],
    reason: /has the name of a table of ours/,
  },
  {
    what: 'a view with the name of a table that a migration builds',
    version: 5,
    sql: 'CREATE VIEW _tract_rebuild AS SELECT 1',
    refused: ['view', '_tract_rebuild'],
    reason: /has the name of a table of ours/,
  },
  {
    what: 'a view with the name of the version table',
    sql: `DROP TABLE _trace_meta;
      CREATE VIEW _trace_meta AS SELECT 'schema_version' AS "key", '6' AS value`,
    refused: ['view', '_trace_meta'],
    reason: /has the name of a table of ours/,
  },
  {
    what: 'a virtual table with the name of a table of ours',
    sql: 'DROP TABLE policy_log; CREATE VIRTUAL TABLE policy_log USING fts5(id, tract_id)',
    refused: ['table', 'policy_log'],
    reason: /has the name of a table of ours/,
  },
  {
    what: 'a table that shares the page of one of ours',
    sql: `CREATE TABLE app (a); PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'blobs') WHERE name = 'app'`,
    refused: ['table', 'app'],
    reason: /shares its page/,
  },
  {
    what: 'a table without a page',
    sql: changed('app', 'rootpage = 0'),
    refused: ['table', 'app'],
    reason: /has no page/,
  },
  {
    what: 'a computed column in a table of ours',
    sql: 'ALTER TABLE blobs ADD COLUMN evil TEXT GENERATED ALWAYS AS (token_count + 1) VIRTUAL',
    refused: ['table', 'blobs'],
    reason: /computed column/,
  },
  {
    what: 'a CHECK that calls a function',
    sql: rewritten('blobs', 'PRIMARY KEY', 'CHECK (length(hex(zeroblob(byte_size))) > 0), PRIMARY KEY'),
    refused: ['table', 'blobs'],
    reason: /CHECK calls a function/,
  },
  {
    what: 'a CHECK that calls a function whose name is quoted, behind comments and texts',
    sql: rewritten(
      'blobs',
      'PRIMARY KEY',
      `/* PRIMARY KEY ( */ CONSTRAINT "a''b)" CHECK -- no ()
        (\n payload_json <> 'x'')'' /*' AND "randomblob" (9) <> 1), PRIMARY KEY`.replaceAll("'", "''"),
    ),
    refused: ['table', 'blobs'],
    reason: /CHECK calls a function/,
  },
  ...[
    [
      'CHECK',
      `PRIMARY KEY`,
      `CHECK${TAB}(length${TAB}(hex(byte_size)) > 0), PRIMARY KEY`,
      'CHECK calls a function',
    ],
    ['function', 'PRIMARY KEY', `CHECK (hex${TAB}(byte_size) > 0), PRIMARY KEY`, 'CHECK calls a function'],
    ['DEFAULT', 'payload_json TEXT', `payload_json TEXT DEFAULT${TAB}(hex(9))`, 'DEFAULT calls a function'],
    ['AS', 'PRIMARY KEY', `evil AS${TAB}(hex(zeroblob(9))), PRIMARY KEY`, 'computed column'],
    ['ON', '(content_hash)', `(content_hash) ON${TAB}CONFLICT REPLACE`, 'settles conflicts by itself'],
    ['COLLATE', 'payload_json TEXT', `payload_json TEXT COLLATE${TAB}NOCASE`, 'compares text by nocase'],
    ['column', 'PRIMARY KEY', `${TAB}rowid, PRIMARY KEY`, 'its column rowid'],
  ].map(([where, from = '', to = '', reason = '']) => ({
    what: `a table of ours with a vertical tab behind or before a ${where}`,
    sql: rewritten('blobs', from, to),
    refused: ['table', 'blobs'] as const,
    reason: new RegExp(reason),
  })),
  ...['hex', '"hex"'].map((name) => ({
    what: `an index over ${name}, a vertical tab and a parenthesis`,
    sql: `CREATE INDEX evil ON blobs (${name}${TAB}(payload_json))`,
    refused: ['index', 'evil'] as const,
    reason: /calls a function/,
  })),
  ...[':', '@', '$'].map((mark) => ({
    what: `a default of the parameter ${mark}hex, which SQLite takes for null in a file`,
    sql: rewritten(
      'refs',
      'symbolic_target VARCHAR(255)',
      `symbolic_target VARCHAR(255) DEFAULT (${mark}hex)`,
    ),
    refused: ['table', 'refs'] as const,
    reason: new RegExp(`its text has "[${mark}]", which no schema needs`),
  })),
  {
    what: 'a trigger with a parameter on a table that foreign keys change',
    sql: `CREATE TABLE app (a REFERENCES commits ON DELETE CASCADE);
      CREATE TRIGGER evil AFTER INSERT ON app BEGIN SELECT 9; END; ${rewritten('evil', '9', '?9')}`,
    refused: ['trigger', 'evil'],
    reason: /its text has "\?"/,
  },
  ...['rowid', 'RowId', '_rowid_', 'oid'].map((name) => ({
    what: `a table of ours with a column ${name}`,
    sql: `ALTER TABLE commits ADD COLUMN "${name}"`,
    refused: ['table', 'commits'] as const,
    reason: new RegExp(`its column ${name} stands in the place of the row id`, 'i'),
  })),
  ...["'rowid' TEXT", '[rowid]', '/* , */ rowid INTEGER'].map((column) => ({
    what: `a table of ours that begins with a column ${column}`,
    sql: rewritten('policy_log', 'id INTEGER', `${column.replaceAll("'", "''")}, id INTEGER`),
    refused: ['table', 'policy_log'] as const,
    reason: /its column rowid/,
  })),
  {
    what: 'a table of ours without row ids',
    sql: 'DROP TABLE refs; CREATE TABLE refs (tract_id TEXT, ref_name TEXT PRIMARY KEY) STRICT, WITHOUT\n RowId',
    refused: ['table', 'refs'],
    reason: /its rows have no id/,
  },
  {
    what: 'a default that calls a function',
    sql: rewritten(
      'refs',
      'symbolic_target VARCHAR(255)',
      'symbolic_target VARCHAR(255) DEFAULT (hex(zeroblob(9)))',
    ),
    refused: ['table', 'refs'],
    reason: /DEFAULT calls a function/,
  },
  ...['IGNORE', 'REPLACE'].map((way) => ({
    what: `a table of ours whose key takes what is there already by ${way}`,
    sql: rewritten('blobs', 'PRIMARY KEY (content_hash)', `PRIMARY KEY (content_hash) ON CONFLICT ${way}`),
    refused: ['table', 'blobs'] as const,
    reason: /settles conflicts by itself/,
  })),
  {
    what: 'a table of ours that takes ids for equal that are not',
    sql: `${rewritten('refs', 'tract_id VARCHAR(64)', 'tract_id VARCHAR(64) COLLATE NOCASE')} REINDEX`,
    refused: ['table', 'refs'],
    reason: /compares text by nocase/,
  },
  {
    what: 'an index over a function',
    sql: 'CREATE INDEX evil ON blobs (hex(payload_json))',
    refused: ['index', 'evil'],
    reason: /calls a function/,
  },
  {
    what: 'an index over an operator that stands for a function',
    sql: "CREATE INDEX evil ON commits (metadata_json ->> 'a')",
    refused: ['index', 'evil'],
    reason: /calls a function/,
  },
  {
    what: 'an index under a condition that calls a function',
    sql: "CREATE UNIQUE INDEX evil ON refs (ref_name) WHERE ref_name LIKE 'x%' OR (length(ref_name) > 9)",
    refused: ['index', 'evil'],
    reason: /calls a function/,
  },
  {
    what: 'a foreign key of ours that deletes rows',
    sql: rewritten(
      'annotations',
      'REFERENCES commits (commit_hash)',
      'REFERENCES commits (commit_hash) ON DELETE CASCADE',
    ),
    refused: ['table', 'annotations'],
    reason: /foreign key target_hash changes rows by itself/,
  },
  {
    what: 'a computed foreign key onto a table of ours',
    sql: 'CREATE TABLE app (a, b AS (hex(zeroblob(a))) REFERENCES commits)',
    refused: ['table', 'app'],
    reason: /foreign key b is computed/,
  },
  {
    what: 'an index over a function of a table that foreign keys change',
    sql: `CREATE TABLE app (a REFERENCES commits ON DELETE CASCADE, b);
      CREATE INDEX evil ON app (hex(zeroblob(b)))`,
    refused: ['index', 'evil'],
    reason: /table app, which foreign keys change/,
  },
  ...['VIRTUAL TABLE json_each USING fts4(key, value)', 'VIEW JSON_EACH AS SELECT 1 AS value'].map(
    (made) => ({
      what: `CREATE ${made}, in front of a function of SQLite’s`,
      sql: `CREATE ${made}`,
      refused: [
        made.startsWith('VIEW') ? 'view' : 'table',
        made.split(' ').find((word) => /json/i.test(word)) ?? '',
      ] as const,
      reason: /has the name of a table of SQLite’s own/,
    }),
  ),
  {
    what: 'a virtual table that hides the foreign keys of an unsafe table',
    sql: `CREATE TABLE evil (h REFERENCES blobs (content_hash) ON DELETE CASCADE);
      CREATE TRIGGER evil_too AFTER DELETE ON evil BEGIN DELETE FROM refs; END;
      CREATE VIRTUAL TABLE Pragma_foreign_key_list
        USING fts4(id, seq, "table", "from", "to", on_update, on_delete, "match")`,
    refused: ['table', 'Pragma_foreign_key_list'],
    reason: /has the name of a table of SQLite’s own/,
  },
  {
    what: 'an application’s table whose keys are set to a default that calls a function',
    sql: 'CREATE TABLE app (a DEFAULT (hex(zeroblob(9))) REFERENCES commits ON DELETE SET DEFAULT)',
    refused: ['table', 'app'],
    reason: /default of its foreign key a calls a function/,
  },
  {
    what: 'an application’s table of which one of two keys is set to a default that calls a function',
    sql: `CREATE TABLE app (a DEFAULT 'a', "B" DEFAULT (random()), FOREIGN KEY (a, b)
      REFERENCES commit_parents (commit_hash, parent_hash) ON UPDATE SET DEFAULT)`,
    refused: ['table', 'app'],
    reason: /default of its foreign key B calls a function/,
  },
  ...['DELETE SET NULL', 'UPDATE CASCADE', 'DELETE SET DEFAULT'].map((action) => ({
    what: `an application’s table with a CHECK, written ON ${action}`,
    sql: `CREATE TABLE app (a REFERENCES commits ON ${action}, CHECK (hex(zeroblob(9)) <> a))`,
    refused: ['table', 'app'] as const,
    reason: /CHECK calls a function/,
  })),
  ...[
    ['DELETE CASCADE', 'DELETE'],
    ['DELETE SET NULL', 'UPDATE'],
    ['UPDATE CASCADE', 'UPDATE OF a'],
  ].map(([action, event]) => ({
    what: `an application’s table with a trigger for ${event}, changed ON ${action}`,
    sql: `CREATE TABLE one (a UNIQUE REFERENCES commits ON ${action}); CREATE TABLE two (a REFERENCES one (a) ON DELETE CASCADE ON UPDATE CASCADE);
      CREATE TRIGGER insert\u00a0 AFTER ${event} ON two BEGIN DELETE FROM refs; END`,
    refused: ['trigger', 'insert\u00a0'] as const,
    reason: /would run when table two, which foreign keys change/,
  })),
  {
    what: 'a computed foreign key onto a table that foreign keys change',
    sql: `CREATE TABLE one (a UNIQUE REFERENCES commits ON DELETE CASCADE);
      CREATE TABLE two (a, b AS (hex(zeroblob(a))) REFERENCES one (a))`,
    refused: ['table', 'two'],
    reason: /foreign key b is computed/,
  },
  {
    what: 'views that expand without end',
    sql: bombOfViews(60, 'v'),
    refused: ['view', 'v9'],
    reason: /too many views/,
  },
  {
    what: 'views with other than ASCII letters that expand without end',
    sql: bombOfViews(60, 'É'),
    refused: ['view', 'É9'],
    reason: /too many views/,
  },
  ...[
    '1 AS a WHERE 1 IN # OR 2 IN (SELECT a FROM #)',
    '1 AS a FROM (# AS "from" JOIN main.\'#\')',
    'x.a FROM (SELECT 1 IS DISTINCT FROM 1), # x, ((# AS y))',
  ].map((twice) => ({
    what: `views of SELECT ${twice}`,
    sql: bombOfViews(60, 'v', twice),
    refused: ['view', 'v9'] as const,
    reason: /too many views/,
  })),
  {
    what: 'views whose parts and tables stand behind vertical tabs',
    sql: bombOfViews(
      60,
      'v',
      `x.a FROM (WITH y (a) AS (SELECT a FROM main${TAB}. #),${TAB}x (a) AS (SELECT 1) SELECT x.a FROM x, y, #)`,
    ),
    refused: ['view', 'v8'],
    reason: /too many views/,
  },
  {
    what: 'one view whose parts expand without end',
    sql: bombOfParts(60),
    refused: ['view', 'bomb'],
    reason: /too many views/,
  },
  {
    what: 'a chain of views that is deeper than any stack',
    sql: chainOfViews(5000),
    refused: ['view', 'v1000'],
    reason: /too many views/,
  },
]

const WAYS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  inspectFile: (path) => inspectFile(path),
  'inspectFile to read': (path) => inspectFile(path, { readonly: true }),
  readSchemaVersion: async (path) => readSchemaVersion(await open(path)),
  'readSchemaVersion of a readonly DataSource': async (path) =>
    readSchemaVersion(await open(path, { readonly: true })),
  planMigration: async (path) => planMigration(await open(path)),
  migrate: async (path) => migrate(await open(path)),
  rollback: async (path) => rollback(await open(path)),
}

function unsafeFile(sql: string, version: LegacyVersion = 6): string {
  const path = join(newDirectory(), 'agent.db')
  const handle = new Database(path).unsafeMode(true)
  handle.pragma('foreign_keys = OFF')
  handle.exec(legacyDatabase(version))
  handle.pragma('foreign_keys = OFF')
  handle.exec(sql)
  handle.close()
  return path
}

describe.each(UNSAFE)('$what', ({ sql, version, refused: [kind, object], reason }) => {
  test('is refused by every way in, named, and the file stays as it is to the byte', async () => {
    const path = unsafeFile(sql, version)
    const before = bytesOf(path)
    for (const [name, way] of Object.entries(WAYS)) {
      const error = await way(path).then(
        () => 'no error',
        (thrown: unknown) => thrown,
      )
      expect(error, name).toBeInstanceOf(UnsafeSchemaError)
      expect(error, name).toMatchObject({ code: 'unsafe_schema', location: path, kind, object })
      expect((error as UnsafeSchemaError).reason, name).toMatch(reason)
      expect(bytesOf(path).equals(before), name).toBe(true)
    }
  })
})

test.each([
  [
    'a trigger of the temporary database',
    `CREATE TABLE app (a); CREATE TRIGGER evil AFTER INSERT ON app BEGIN SELECT 1; END;
     ${rewritten('evil', 'TRIGGER evil AFTER INSERT ON app', 'TEMP TRIGGER evil AFTER INSERT ON main.commits')}`,
  ],
  [
    'a temporary view in front of a table of ours',
    `CREATE VIEW evil AS SELECT 1; ${rewritten('evil', 'VIEW evil', 'TEMP VIEW commits')}`,
  ],
  [
    'a table in front of the schema table',
    `CREATE TABLE app (a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'sqlite_schema',
     tbl_name = 'sqlite_schema', sql = 'CREATE TABLE sqlite_schema (a)' WHERE name = 'app'`,
  ],
  ['a text that makes another table', `CREATE TABLE app (a); ${rewritten('app', 'app', 'other')}`],
  ['an entry that states another name', changed('ii', "name = 'other'")],
  ['an entry that states another kind', changed('vv', "type = 'table'")],
  ['an entry that hides the table of its trigger', changed('tt', "tbl_name = 'app'")],
  ['a text that is no schema', rewritten('blobs', 'CREATE TABLE', 'DELETE FROM')],
] as const)('%s is found malformed by SQLite itself, and refused by every way in', async (_what, sql) => {
  const path = unsafeFile(sql)
  const before = bytesOf(path)
  for (const way of Object.values(WAYS)) {
    await expect(way(path)).rejects.toBeInstanceOf(DamagedDataError)
    expect(bytesOf(path).equals(before)).toBe(true)
  }
})

test('what an application keeps beside ours is taken and kept: tables, views, triggers, indexes of its own', async () => {
  const path = unsafeFile(
    `CREATE TABLE "app's notes" (id INTEGER PRIMARY KEY AUTOINCREMENT, commit_hash REFERENCES commits ON DELETE CASCADE,
       body TEXT DEFAULT '()' CHECK (body <> 'check (x)' OR (body IN ('a'))), at DEFAULT CURRENT_TIMESTAMP);
     CREATE TABLE IF NOT EXISTS main.'log' (n, size AS (length(n)) STORED);
     CREATE TABLE "" ("" PRIMARY KEY) WITHOUT ROWID, STRICT;`.replace(
      '"" PRIMARY KEY',
      '"" TEXT PRIMARY KEY',
    ) +
      `CREATE TRIGGER IF NOT EXISTS main.app_trigger AFTER INSERT ON log BEGIN DELETE FROM log WHERE n < new.n - 9; END;
     CREATE VIEW [commits of today] AS SELECT * FROM commits WHERE created_at > date('now');
     CREATE VIEW longer AS SELECT * FROM [commits of today] UNION SELECT * FROM [commits of today];
     CREATE VIRTUAL TABLE search USING fts5(body, content='');
     CREATE INDEX main.app_index ON commits (token_count DESC, message COLLATE NOCASE) WHERE (token_count + 1) > 0;
     CREATE INDEX app_lower ON log (lower(n));
     ALTER TABLE log RENAME TO "the log"; ANALYZE`,
    5,
  )
  const { commits } = dump(path)
  expect(await inspectFile(path)).toBe(5)
  const dataSource = await open(path)
  expect(await migrate(dataSource)).toMatchObject({ from: 5, differences: [] })
  expect(dump(path).commits).toEqual(commits)
  const structure = await readStructure(dataSource)
  expect(structure.find(({ name }) => name === '')).toMatchObject({ withoutRowid: true, strict: true })
  expect(structure.find(({ name }) => name === 'the log')).toMatchObject({
    withoutRowid: false,
    strict: false,
  })
  expect(await planMigration(dataSource)).toMatchObject({ changes: false })
})

test('an application’s table that goes with rows of ours may call every function of SQLite’s that makes a value of its arguments', async () => {
  const handle = new Database(':memory:')
  const plain = handle
    .prepare<[], { name: string; args: number }>(
      `SELECT name, max(narg) AS args FROM pragma_function_list WHERE type = 's' AND builtin AND name GLOB '[a-z]*'
         AND flags & 0x800 AND flags & 0x200000 AND name NOT IN ('zeroblob', 'sqlite_log') GROUP BY name`,
    )
    .all()
  handle.close()
  expect(plain.length).toBeGreaterThan(90)
  const columns = plain.map(({ name, args }, n) => {
    const given = ['a', '0.5', "'x'"].slice(0, args < 0 ? 2 : args)
    return `c${n} AS (${name}(${given.join(', ')}))`
  })
  const path = unsafeFile(
    `CREATE TABLE note (a, b REFERENCES commits ON DELETE CASCADE ON UPDATE CASCADE, ${columns.join(', ')},
       one AS (a LIKE 'x%' ESCAPE ('!')), two AS (a NOT GLOB 'x*'), three AS (a -> 'b' ->> 'c'));
     CREATE INDEX note_kind ON note (a) WHERE a LIKE ('x%')`,
  )
  expect(await inspectFile(path)).toBe(6)
})

test('types in a CAST and comparisons by IS DISTINCT FROM call no function', async () => {
  const path = unsafeFile(
    `CREATE TABLE note (a REFERENCES commits ON DELETE CASCADE, b AS (CAST(a AS DECIMAL(10, 2))),
       c AS (CAST(CAST(a AS "unsigned" BIG 'INT' (-10)) AS VARCHAR(9)) IS DISTINCT FROM (1)));
     CREATE INDEX app_cast ON commits (CAST(token_count AS VARYING CHARACTER (10)), (token_count IS NOT DISTINCT FROM (1)));
     CREATE INDEX app_signs ON commits ((((token_count + 1_0 - .5e-1 * 2 / 3 % 4) << 1 >> 2 & 3 | ~4) <> 5 == 6) != x'07')
       WHERE token_count < 1 OR token_count > 2 OR token_count <= 3 OR token_count >= 0x4 OR message || 'a' = 'b'`,
  )
  expect(await inspectFile(path)).toBe(6)
})

test('a type in a CAST hides no call behind it', async () => {
  const path = unsafeFile('CREATE INDEX evil ON commits (CAST(token_count AS VARCHAR(10)) || hex(message))')
  await expect(inspectFile(path)).rejects.toMatchObject({ code: 'unsafe_schema', object: 'evil' })
})

test('an application’s columns may be named rowid, have the marks of parameters in texts, and be random by default', async () => {
  const path = unsafeFile(
    `CREATE TABLE app (rowid, oid, _rowid_, a REFERENCES commits ON DELETE CASCADE, b CHECK (b <> ':a?@#'));
     CREATE TABLE bare (rowid PRIMARY KEY) WITHOUT ROWID;
     CREATE TABLE flag (a DEFAULT 'x' REFERENCES commits ON DELETE SET DEFAULT, at DEFAULT (random()),
       b DEFAULT (random()) REFERENCES commits ON DELETE CASCADE);
     CREATE INDEX of_row ON commits (token_count, commit_hash) WHERE (rowid) > 1`,
  )
  expect(await inspectFile(path)).toBe(6)
})

test('a text is read up to its first NUL, as by SQLite', async () => {
  const path = unsafeFile(
    `CREATE TABLE app (a PRIMARY KEY) WITHOUT ROWID; PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET sql = sql || char(0) || ')' WHERE name = 'app';
     UPDATE sqlite_schema SET sql = sql || char(0) || '@' WHERE name = 'refs'`,
  )
  await using(path, async (dataSource) => {
    const structure = await readStructure(dataSource)
    expect(structure.find(({ name }) => name === 'app')).toMatchObject({ withoutRowid: true })
  })
  expect(await inspectFile(path)).toBe(6)
})

test.each([
  [
    'a view of 8,000 parts and 8,000 statements with parts of their own',
    `CREATE VIEW app AS WITH ${Array.from({ length: 8000 }, (_, n) => `c${n} AS (SELECT 1)`).join()}
     SELECT 1 IN (${Array.from({ length: 8000 }, () => '(WITH x AS (SELECT 1) SELECT 1)').join()})`,
  ],
  [
    'a CHECK of 900 parentheses inside of one another around a long list',
    rewritten(
      'blobs',
      'PRIMARY KEY',
      `CHECK (${'('.repeat(900)}1 IN (${'1,'.repeat(200_000)}1)${')'.repeat(900)}), PRIMARY KEY`,
    ),
  ],
  [
    'a table of 1,900 columns with five foreign keys each',
    `CREATE TABLE app (${Array.from({ length: 1900 }, (_, n) => `c${n} ${'REFERENCES commits '.repeat(5)}`).join()})`,
  ],
  [
    'a chain of 2,000 tables whose foreign keys delete one another, the last one first',
    `BEGIN; ${Array.from(
      { length: 2000 },
      (_, n) =>
        `CREATE TABLE t${n} (a REFERENCES ${n === 1999 ? 'commits' : `t${n + 1}`} ON DELETE CASCADE);`,
    ).join('')} COMMIT`,
  ],
])('%s is judged', async (_what, sql) => {
  expect(await inspectFile(unsafeFile(sql))).toBe(6)
})

test('how often a piece of a text is looked at does not depend on how long the text is', () => {
  const looksAt = (depth: number) => {
    let looks = 0
    const tokens = tokensOf(`CREATE TABLE blobs (${'as check('.repeat(depth)}${')'.repeat(depth + 1)}`)
    const counted = new Proxy(tokens, {
      get(target, key, receiver) {
        if (typeof key === 'string' && /^\d/.test(key)) looks++
        return Reflect.get(target, key, receiver)
      },
    })
    expect(reasonInOurTable(counted)).toBeNull()
    return looks / tokens.length
  }
  expect(looksAt(2000)).toBeLessThan(looksAt(20) * 1.1)
})

test('an entry whose name is of bytes is read as SQLite reads it', async () => {
  const path = unsafeFile(`CREATE TABLE app (a); PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET name = CAST(name AS BLOB), tbl_name = CAST(tbl_name AS BLOB) WHERE name = 'app'`)
  expect(await inspectFile(path)).toBe(6)
})

test('an application’s table that goes with rows of ours may compute, check and act as it does everywhere', async () => {
  const path = unsafeFile(
    `CREATE TABLE note (id INTEGER PRIMARY KEY, created datetime NOT NULL DEFAULT (datetime('now')), kind, data,
       commit_hash NOT NULL REFERENCES commits ON DELETE CASCADE, title AS (json_extract(data, '$.title')),
       "size" AS ("length"(data ->> 'body')) STORED, CHECK (length(kind) < 9), CHECK (kind NOT LIKE '% %'));
     CREATE INDEX note_kind ON note (lower(kind), coalesce(title, '')) WHERE json_valid(data);
     CREATE TABLE flag (commit_hash REFERENCES commits ON DELETE SET NULL, at DEFAULT (random()), CHECK (upper(at) > ''));
     CREATE TABLE log (a);
     CREATE TRIGGER note_added AFTER INSERT ON note BEGIN INSERT INTO log VALUES (hex(new.data)); END;
     CREATE TRIGGER "delete" AFTER UPDATE OF kind ON note BEGIN INSERT INTO log VALUES (new.kind); END;
     CREATE TRIGGER [update] BEFORE DELETE ON flag BEGIN INSERT INTO log VALUES (old.at); END`,
  )
  expect(await inspectFile(path)).toBe(6)
  expect(await migrate(await open(path))).toMatchObject({ from: 6, differences: [] })
})

test('views that name one another in columns, aliases and texts, or in parts of their own, are no bomb', async () => {
  const views = Array.from(
    { length: 30 },
    (
      _,
      n,
    ) => `CREATE VIEW day${n + 1} AS SELECT a AS day${n}, 'day${n}' AS b, day.day${n} IS DISTINCT FROM day.day${n} AS c
      FROM (WITH RECURSIVE day${n + 2} (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM day${n + 2} WHERE n < 9),
        other AS NOT MATERIALIZED (SELECT * FROM day${n + 2}) SELECT 1 AS a, n AS day${n} FROM other) day
      GROUP BY a, day${n}, day${n} ORDER BY day${n}, max(day${n}, day${n});`,
  )
  expect(await inspectFile(unsafeFile(views.join('\n')))).toBe(6)
})

test("the settings that a DataSource's owner made are as they were, also after a refusal", async () => {
  const path = unsafeFile('CREATE TRIGGER evil AFTER INSERT ON commits BEGIN SELECT 1; END')
  const dataSource = await open(path)
  const settings = () =>
    Promise.all(
      ['trusted_schema', 'cell_size_check', 'busy_timeout'].map((name) => dataSource.query(`PRAGMA ${name}`)),
    )
  await dataSource.query('PRAGMA cell_size_check = OFF')
  await dataSource.query('PRAGMA trusted_schema = ON')
  const before = await settings()
  for (const call of [migrate, planMigration, readSchemaVersion, rollback]) {
    await expect(call(dataSource)).rejects.toBeInstanceOf(UnsafeSchemaError)
    expect(await settings()).toEqual(before)
  }
})

test('a schema is judged by what it holds now, and not by what it held before', async () => {
  const path = newFile(legacyDatabase(6))
  expect(await inspectFile(path)).toBe(6)
  execute(path, 'CREATE TABLE app (a); CREATE TRIGGER app_made AFTER INSERT ON app BEGIN SELECT 1; END')
  expect(await inspectFile(path)).toBe(6)
  execute(path, 'DROP TRIGGER app_made; CREATE TRIGGER app_made AFTER INSERT ON refs BEGIN SELECT 1; END')
  await expect(inspectFile(path)).rejects.toThrow(UnsafeSchemaError)
  execute(path, 'DROP TRIGGER app_made; DROP INDEX ix_commits_tract_id')
  await using(path, async (dataSource) => {
    expect((await planMigration(dataSource)).completes.indexes).toContain('ix_commits_tract_id')
  })
})
