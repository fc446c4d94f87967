import * as repositories from '@tract/repositories'
import {
  AlreadyExistsError,
  AmbiguousPrefixError,
  CloseTimeoutError,
  CommitInUseError,
  DamagedDataError,
  type HoldingTransaction,
  InsideTransactionError,
  InvalidInputError,
  MissingReferenceError,
  ReadonlyStoreError,
  RefConflictError,
  StorageFailedError,
  StoreBusyError,
  StoreClosedError,
  SymbolicRefError,
  TractError,
  TransactionEndedError,
  UnfinishedTransactionError,
  UnsupportedDatabaseError,
} from '@tract/repositories'
import { describe, expect, it } from 'vitest'

const cause = new Error('what the driver said')
const HOLDER: HoldingTransaction = {
  where: 'this_store',
  transaction: 7,
  name: 'saveTurn',
  since: new Date('2026-02-20T15:39:08.123Z'),
}

/** Every error with its facts: a program decides by `code` and fields, so neither may change unnoticed. */
const ERRORS: readonly {
  readonly error: TractError
  readonly code: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly message: string
}[] = [
  {
    error: new InvalidInputError('paramsJson.tools[2]', 'undefined', 'a JSON value', { cause }),
    code: 'invalid_input',
    facts: { field: 'paramsJson.tools[2]', found: 'undefined', expected: 'a JSON value', cause },
    message: 'paramsJson.tools[2]: found undefined, expected a JSON value',
  },
  {
    error: new AlreadyExistsError('commit parent', { commitHash: 'ab', parentHash: 'cd' }, { cause }),
    code: 'already_exists',
    facts: { what: 'commit parent', key: { commitHash: 'ab', parentHash: 'cd' }, cause },
    message: 'commit parent ab, cd exists already',
  },
  {
    error: new MissingReferenceError('commit', 'contentHash', 'blob', 'ab', { cause }),
    code: 'missing_reference',
    facts: { what: 'commit', field: 'contentHash', target: 'blob', missing: 'ab', cause },
    message: 'commit: contentHash names blob ab, which does not exist',
  },
  {
    error: new CommitInUseError('ab', ['e1', 'e2'], ['r1']),
    code: 'commit_in_use',
    facts: { commitHash: 'ab', eventIds: ['e1', 'e2'], recordIds: ['r1'] },
    message: 'commit ab is named by operation event e1, operation event e2, compile record r1 and stays',
  },
  {
    error: new RefConflictError('t', 'refs/heads/main', 'ab', null),
    code: 'ref_conflict',
    facts: { tractId: 't', refName: 'refs/heads/main', expected: 'ab', actual: null },
    message: 'ref refs/heads/main of tract t is at nothing, expected ab',
  },
  {
    error: new SymbolicRefError('t', 'HEAD', 'refs/heads/main'),
    code: 'symbolic_ref',
    facts: { tractId: 't', refName: 'HEAD', target: 'refs/heads/main' },
    message: 'ref HEAD of tract t is symbolic (to refs/heads/main), expected one that holds a commit',
  },
  {
    error: new AmbiguousPrefixError('abcd', ['abcd1', 'abcd2']),
    code: 'ambiguous_prefix',
    facts: { prefix: 'abcd', candidates: ['abcd1', 'abcd2'] },
    message: 'prefix abcd fits several commits: abcd1, abcd2',
  },
  {
    error: new StoreClosedError('agent.db'),
    code: 'store_closed',
    facts: { location: 'agent.db' },
    message: 'store agent.db is closed',
  },
  {
    error: new TransactionEndedError(),
    code: 'transaction_ended',
    facts: {},
    message:
      'the transaction of this call has ended; await every call inside the function given to transaction()',
  },
  {
    error: new UnfinishedTransactionError(),
    code: 'unfinished_transaction',
    facts: {},
    message:
      'a nested transaction or query was still running when its transaction ended, so all was rolled back; await it',
  },
  {
    error: new InsideTransactionError('reclaimSpace'),
    code: 'inside_transaction',
    facts: { operation: 'reclaimSpace' },
    message: 'reclaimSpace() was called inside a transaction, expected outside of any',
  },
  {
    error: new StoreBusyError('agent.db', 5000, { where: 'elsewhere' }, { cause }),
    code: 'store_busy',
    facts: { location: 'agent.db', waitedMs: 5000, holder: { where: 'elsewhere' }, cause },
    message:
      'store agent.db is locked by another process, or a connection that is no store of this process (waited 5000 ms)',
  },
  {
    error: new StoreBusyError('agent.db', 5000, { ...HOLDER, where: 'this_process' }),
    code: 'store_busy',
    facts: { holder: { where: 'this_process', transaction: 7, name: 'saveTurn', since: HOLDER.since } },
    message:
      'store agent.db is locked by transaction 7 (saveTurn) of another store of this process, begun 2026-02-20T15:39:08.123Z (waited 5000 ms)',
  },
  {
    error: new CloseTimeoutError('agent.db', 30_000, { ...HOLDER, name: null }),
    code: 'close_timeout',
    facts: { location: 'agent.db', waitedMs: 30_000, holder: { ...HOLDER, name: null } },
    message:
      'store agent.db was closed after waiting 30000 ms for transaction 7 of this store, begun 2026-02-20T15:39:08.123Z, which was rolled back',
  },
  {
    error: new CloseTimeoutError('agent.db', 30_000, null),
    code: 'close_timeout',
    facts: { holder: null },
    message:
      'store agent.db was closed after waiting 30000 ms for a call that waited for a lock, which was given up',
  },
  {
    error: new ReadonlyStoreError('agent.db'),
    code: 'readonly_store',
    facts: { location: 'agent.db' },
    message: 'store agent.db was opened readonly',
  },
  {
    error: new DamagedDataError('commits.created_at', '"x"', 'a time', { cause }),
    code: 'damaged_data',
    facts: { place: 'commits.created_at', found: '"x"', expected: 'a time', cause },
    message: 'commits.created_at: found "x", expected a time',
  },
  {
    error: new StorageFailedError('agent.db', 'SQLITE_FULL', 'database or disk is full', { cause }),
    code: 'storage_failed',
    facts: { location: 'agent.db', reason: 'SQLITE_FULL', cause },
    message: 'store agent.db: database or disk is full (SQLITE_FULL)',
  },
]

/** The bases that others extend. */
const ABSTRACT: readonly unknown[] = [TractError, UnsupportedDatabaseError]

describe.each(ERRORS)('$error.name', ({ error, code, facts, message }) => {
  it('has its stable code', () => {
    expect(error.code).toBe(code)
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  })

  it('carries the facts as fields', () => {
    expect(error).toMatchObject(facts)
  })

  it('says what was found and what was expected', () => {
    expect(error.message).toBe(message)
  })

  it('is a TractError by its class, and by its name in a stack', () => {
    expect(error).toBeInstanceOf(TractError)
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe(error.constructor.name)
    expect(error.stack).toContain(`${error.constructor.name}: ${message}`)
  })
})

it('every error that the package exports stands above', () => {
  const exported = Object.values(repositories).filter(
    (value) => typeof value === 'function' && value.prototype instanceof Error && !ABSTRACT.includes(value),
  )
  const seen = ERRORS.map(({ error }) => error.constructor)
  expect(new Set(seen)).toEqual(new Set(exported))
})

it('no two errors share a code', () => {
  const classes = new Set(ERRORS.map(({ error }) => error.constructor))
  expect(new Set(ERRORS.map(({ code }) => code)).size).toBe(classes.size)
})

it('a long list of holders or candidates is cut in the message and whole in the field', () => {
  const hashes = Array.from({ length: 30 }, (_, index) => `abcd${index}`)
  const error = new AmbiguousPrefixError('abcd', hashes)
  expect(error.candidates).toEqual(hashes)
  expect(error.message).toBe(
    'prefix abcd fits several commits: abcd0, abcd1, abcd2, abcd3, abcd4 and 25 more',
  )
  expect(new CommitInUseError('ab', [], hashes).message).toMatch(
    /compile record abcd4 and 25 more and stays$/,
  )
})

it('an application of its own can extend the base', () => {
  class HistoryError extends TractError {
    override readonly code = 'history'
  }
  const error = new HistoryError('no such branch', { cause })
  expect(error).toMatchObject({ name: 'HistoryError', code: 'history', message: 'no such branch', cause })
})
