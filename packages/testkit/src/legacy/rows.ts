import { checkAmount } from '../builders/check-call.js'
import { inserts } from './sql-text.js'
import { type CompressionsShape, type LegacyLayout, layoutNames } from './tables.js'

/** The tract of most rows, and one whose id is as odd as ids may be. */
export const LEGACY_TRACT = '0f977044218e4b7b958dcdb46b446806'
export const ODD_TRACT = `it's "odd" 🎉 \\ 中`

/** The hash of the n-th commit of a legacy database, from 0; of the n-th blob with `blob`. */
export function legacyHash(n: number, kind: 'commit' | 'blob' = 'commit'): string {
  checkAmount('n', n)
  return (kind === 'commit' ? 'c' : 'b').repeat(32) + n.toString(16).padStart(32, '0')
}

/** The hash that the links of a missing commit name. */
export const MISSING_COMMIT = 'dead'.repeat(16)

const COMMITS = 8

/** Times as files hold them: six digits, or none where Python's were zero in early files. */
function time(n: number): string {
  return n === 2 ? '2026-02-10 19:05:36' : `2026-02-10 19:05:3${n}.00000${n}`
}

/** Stored JSON texts of every kind that is met: none, Python's `null`, its `NaN`, escapes, a bare number. */
const JSON_TEXTS = [null, 'null', '{"a": NaN, "b": -Infinity}', '{"name": "\\u4e2d \\ud83d\\ude00"}', '5']

/** The rows of version 1. */
export function version1Rows(layout: LegacyLayout): string[] {
  const { tract, response, hasGenerationConfig } = layoutNames(layout)
  const numbers = Array.from({ length: COMMITS }, (_, n) => n)
  const tractOf = (n: number) => (n < 6 ? LEGACY_TRACT : ODD_TRACT)
  return [
    ...inserts(
      'blobs',
      ['content_hash', 'payload_json', 'byte_size', 'token_count', 'created_at'],
      numbers.map((n) => [legacyHash(n, 'blob'), `{"text": "é ${n}\\n"}`, 20 + n, n, time(n)]),
    ),
    ...inserts(
      'commits',
      [
        'commit_hash',
        tract,
        'parent_hash',
        'content_hash',
        'content_type',
        'operation',
        response,
        'message',
        'token_count',
        'metadata_json',
        'created_at',
        ...(hasGenerationConfig ? ['generation_config_json'] : []),
      ],
      numbers.map((n) => [
        legacyHash(n),
        tractOf(n),
        n === 0 || n === 6 ? null : legacyHash(n - 1),
        legacyHash(n, 'blob'),
        'dialogue',
        n === 3 ? 'EDIT' : 'APPEND',
        n === 3 ? legacyHash(1) : null,
        n === 4 ? null : `message ${n}`,
        n,
        JSON_TEXTS[n] ?? null,
        time(n),
        ...(hasGenerationConfig ? [n === 1 ? '{"temperature": 1e-07, "seed": 9007199254740993}' : null] : []),
      ]),
    ),
    ...inserts(
      'refs',
      [tract, 'ref_name', 'commit_hash', 'symbolic_target'],
      [
        [LEGACY_TRACT, 'HEAD', null, 'refs/heads/main'],
        [LEGACY_TRACT, 'refs/heads/main', legacyHash(5), null],
        [ODD_TRACT, 'HEAD', legacyHash(7), null],
      ],
    ),
    ...inserts(
      'annotations',
      ['id', tract, 'target_hash', 'priority', 'reason', 'created_at'],
      [
        [1, LEGACY_TRACT, legacyHash(0), 'PINNED', null, time(0)],
        [7, ODD_TRACT, legacyHash(6), 'SKIP', 'because', time(6)],
      ],
    ),
  ]
}

/** The rows of version 2. */
export const VERSION_2_ROWS = inserts(
  'commit_parents',
  ['commit_hash', 'parent_hash', 'position'],
  [
    [legacyHash(5), legacyHash(4), 0],
    [legacyHash(5), legacyHash(2), 1],
  ],
)

/** Key, tract, branch, tokens before and after, target and instructions: every combination of present and absent. */
const COMPRESSIONS = [
  ['c1', LEGACY_TRACT, 'main', 57, 14, 50, 'be brief'],
  ['c2', LEGACY_TRACT, null, 10, 1, 0, ''],
  ['c3', ODD_TRACT, 'release/1.0', 0, 0, null, null],
  ['c4', LEGACY_TRACT, 'main', 9007199254740991, 1, null, 'naïve 😀 "q" \\ /\n\t\u0001\u007f'],
  ['c5', LEGACY_TRACT, 'main', 1, 1, 9007199254740991, null],
] as const

/** The rows of version 3: a commit that is source of two compressions, a compression without sources. */
export function version3Rows(shape: CompressionsShape): string[] {
  const hasTokens = shape !== 'without-tokens'
  return [
    ...inserts(
      'compressions',
      [
        'compression_id',
        'tract_id',
        'branch_name',
        'created_at',
        ...(hasTokens ? ['original_tokens', 'compressed_tokens'] : []),
        'target_tokens',
        'instructions',
      ],
      COMPRESSIONS.map(([id, tract, branch, before, after, target, instructions], n) => [
        id,
        tract,
        branch,
        time(n),
        ...(hasTokens ? [before, after] : []),
        target,
        instructions,
      ]),
    ),
    ...inserts(
      'compression_sources',
      ['compression_id', 'commit_hash', 'position'],
      [
        ['c1', legacyHash(0), 0],
        ['c1', legacyHash(1), 1],
        ['c2', legacyHash(1), 0],
        ['c4', legacyHash(3), 0],
        ['c5', legacyHash(2), 2],
      ],
    ),
    ...inserts(
      'compression_results',
      ['compression_id', 'commit_hash', 'position'],
      [
        ['c1', legacyHash(4), 0],
        ['c3', legacyHash(6), 0],
        ['c4', legacyHash(3), 0],
      ],
    ),
  ]
}

/** A source whose commit is missing, and a result whose compression is. */
export const ORPHAN_ROWS = [
  ...inserts(
    'compression_sources',
    ['compression_id', 'commit_hash', 'position'],
    [['c1', MISSING_COMMIT, 9]],
  ),
  ...inserts(
    'compression_results',
    ['compression_id', 'commit_hash', 'position'],
    [['no such', legacyHash(0), 0]],
  ),
]

/** The rows of version 4; two parents of one child where asked for. */
export function version4Rows(hasDuplicates: boolean): string[] {
  const children = ['child 1', 'child 2', ...(hasDuplicates ? ['child 1'] : [])]
  return inserts(
    'spawn_pointers',
    [
      'id',
      'parent_tract_id',
      'parent_commit_hash',
      'child_tract_id',
      'purpose',
      'inheritance_mode',
      'display_name',
      'created_at',
    ],
    children.map((child, n) => [
      n * 3 + 1,
      LEGACY_TRACT,
      n === 1 ? null : legacyHash(n),
      child,
      'research',
      'full_clone',
      null,
      time(n),
    ]),
  )
}

/** The rows of version 5. */
export const VERSION_5_ROWS = [
  ...inserts(
    'policy_proposals',
    ['proposal_id', 'tract_id', 'policy_name', 'action_type', 'action_params_json', 'status', 'created_at'],
    [['p1', LEGACY_TRACT, 'budget', 'compress', '{"x": 1.0}', 'pending', time(1)]],
  ),
  ...inserts(
    'policy_log',
    ['id', 'tract_id', 'policy_name', 'trigger', 'outcome', 'created_at'],
    [[4, LEGACY_TRACT, 'budget', 'compile', 'proposed', time(2)]],
  ),
]

/** What the original system's step to version 6 copies before it is killed. */
export const MOVED_ROWS = [
  `INSERT INTO operation_events SELECT compression_id, tract_id, 'compress', branch_name, created_at, original_tokens,
  compressed_tokens, CASE compression_id
    WHEN 'c1' THEN '{"target_tokens": 50, "instructions": "be brief"}'
    WHEN 'c2' THEN '{"target_tokens": 0, "instructions": ""}'
    WHEN 'c4' THEN '{"instructions": "na\\u00efve \\ud83d\\ude00 \\"q\\" \\\\ /\\n\\t\\u0001\\u007f"}'
    WHEN 'c5' THEN '{"target_tokens": 9007199254740991}' END FROM compressions`,
  `INSERT INTO operation_commits SELECT compression_id, commit_hash, 'source', position FROM compression_sources`,
  `INSERT INTO operation_commits SELECT compression_id, commit_hash, 'result', position FROM compression_results`,
]

/** An event of another kind and a compile record, which only version 6 knows. */
export const VERSION_6_ROWS = [
  ...inserts(
    'operation_events',
    [
      'event_id',
      'tract_id',
      'event_type',
      'created_at',
      'original_tokens',
      'compressed_tokens',
      'params_json',
    ],
    [['e1', LEGACY_TRACT, 'reorganize', time(3), 0, 0, '{"plan": [1]}']],
  ),
  ...inserts(
    'operation_commits',
    ['event_id', 'commit_hash', 'role', 'position'],
    [['e1', legacyHash(2), 'source', 0]],
  ),
  ...inserts(
    'compile_records',
    ['record_id', 'tract_id', 'head_hash', 'token_count', 'commit_count', 'token_source', 'created_at'],
    [['r1', LEGACY_TRACT, '', 3, 1, 'tiktoken:cl100k_base', time(4)]],
  ),
  ...inserts('compile_effectives', ['record_id', 'commit_hash', 'position'], [['r1', legacyHash(1), 0]]),
]

/** Many links: a tenth as many commits, a thousand sources a compression, in no order of their hashes. */
export function manyLinks(count: number): string[] {
  const commits = Math.max(1000, Math.ceil(count / 10))
  const compressions = Math.ceil(count / 1000)
  const counter = (name: string, to: number) =>
    `WITH RECURSIVE ${name}(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM ${name} WHERE n + 1 < ${to})`
  const hash = (n: string) => `printf('%08x%056x', (${n} * 2654435761) & 4294967295, ${n})`
  return [
    `${counter('many', commits)} INSERT INTO commits (commit_hash, tract_id, content_hash, content_type, operation,
      token_count, created_at) SELECT ${hash('n')}, 'many', '${legacyHash(0, 'blob')}', 'dialogue', 'APPEND', 1,
      '2026-02-11 00:00:00.000000' FROM many`,
    `${counter('many', compressions)} INSERT INTO compressions (compression_id, tract_id, created_at, original_tokens,
      compressed_tokens) SELECT printf('%032x', n), 'many', '2026-02-11 00:00:00.000000', 1000, 10 FROM many`,
    `${counter('many', count)} INSERT INTO compression_sources SELECT printf('%032x', n / 1000),
      ${hash(`(n % ${commits})`)}, n % 1000 FROM many`,
  ]
}
