import { join } from 'node:path'
import * as history from '@tract/history'
import * as migrations from '@tract/migrations'
import * as schema from '@tract/schema'
import * as sqlite from '@tract/sqlite'
import * as testkit from '@tract/testkit'
import type { World } from './world.js'

/** A public function, with arguments that it takes. */
export interface PublicCall {
  readonly name: string
  /** The arguments of a call that is in order; a function makes no use of those of another call. */
  readonly takes: (world: World) => readonly unknown[]
  readonly call: (world: World, ...values: readonly unknown[]) => unknown
  /** The place of an argument that is read like a stream: what reading it throws passes as it is. */
  readonly stream?: number
}

/** Where the others are held to the same: classes whose methods are tried elsewhere, or that are only data. */
export type Elsewhere =
  /** Made by the packages themselves and thrown. */
  | 'error'
  /** A row: only fields. */
  | 'row'
  /** Abstract, or an adapter's, and held to the contract by testkit's and the adapter's own tests of input. */
  | 'repository'
  /** Values, no functions. */
  | 'constant'
  /** Declares tests. */
  | 'tests'

export type PublicTable = Readonly<Record<string, Elsewhere | readonly PublicCall[]>>

type Untyped = (...values: readonly unknown[]) => unknown

const takesNothing = () => []

function calls(fn: unknown, takes: PublicCall['takes'], name = ''): readonly PublicCall[] {
  return [{ name, takes, call: (_world, ...values) => (fn as Untyped)(...values) }]
}

function methods<Target extends object>(
  of: (world: World) => Target,
  takes: Readonly<Record<string, PublicCall['takes']>>,
): readonly PublicCall[] {
  return Object.entries(takes).map(([name, arguments_]) => ({
    name,
    takes: arguments_,
    call: (world, ...values) => {
      const target = of(world)
      return (target[name as keyof Target] as Untyped).call(target, ...values)
    },
  }))
}

const user = (text: string) => ({
  content_type: 'dialogue',
  role: 'user',
  text,
  name: null,
  meta: { a: [1] },
})
const JSON_VALUE = { a: [1, 'x', null], b: { c: true } }
const PARSED = ['2026-02-20T15:39:08.123456Z']
const KEEP = { commits: [], since: new Date(0), eventSources: true }

async function drained(lines: unknown): Promise<string> {
  let text = ''
  for await (const line of lines as AsyncIterable<string>) text += line
  return text
}

/** The functions and classes that every package exports. */
export const PUBLIC: Readonly<Record<string, PublicTable>> = {
  '@tract/schema': {
    canonicalJson: calls(schema.canonicalJson, () => [JSON_VALUE]),
    payloadJson: calls(schema.payloadJson, () => [JSON_VALUE]),
    enumerationCodec: [
      ...calls(schema.enumerationCodec, () => [{ one: 'one', two: 'two' }, 'upper-case']),
      ...methods(() => schema.enumerationCodec({ one: 'one' }, 'upper-case'), {
        to: () => ['one'],
        from: () => ['ONE'],
      }),
    ],
    jsonCodec: methods(() => schema.jsonCodec, { to: () => [JSON_VALUE], from: () => ['{"a": [1]}'] }),
    timestampCodec: methods(() => schema.timestampCodec, {
      to: () => PARSED,
      from: () => ['2026-02-10 19:05:34.000001'],
    }),
    isTimestamp: calls(schema.isTimestamp, () => PARSED),
    Timestamp: methods(() => schema.Timestamp, {
      now: takesNothing,
      from: () => PARSED,
      toDate: () => PARSED,
    }),
    commitHash: calls(schema.commitHash, () => [
      {
        ...{ contentHash: 'a', parentHash: 'b', contentType: 'dialogue', operation: 'append' },
        ...{ createdAt: PARSED[0], responseTo: 'c', extraParents: ['d', 'e'] },
      },
    ]),
    contentHash: calls(schema.contentHash, () => [user('a')]),
    contentHashOfStored: calls(schema.contentHashOfStored, () => ['{"a": 1}']),
    ...all('constant', [
      ...['CommitOperation', 'InheritanceMode', 'OperationCommitRole', 'OperationEventType', 'PolicyOutcome'],
      ...['PolicyTrigger', 'Priority', 'ProposalStatus', 'SCHEMA_VERSION', 'entities'],
    ]),
    ...all('error', ['InvalidValueError', 'UnreadableValueError']),
    ...all('row', [
      ...[
        'AnnotationRow',
        'BlobRow',
        'CommitParentRow',
        'CommitRow',
        'CompileEffectiveRow',
        'CompileRecordRow',
      ],
      ...['OperationCommitRow', 'OperationEventRow', 'PolicyLogRow', 'PolicyProposalRow', 'RefRow'],
      ...['SpawnPointerRow', 'TraceMetaRow'],
    ]),
  },
  '@tract/repositories': {
    ...all('error', [
      ...['AlreadyExistsError', 'AmbiguousPrefixError', 'CloseTimeoutError', 'CommitInUseError'],
      ...['DamagedDataError', 'InsideTransactionError', 'InvalidInputError', 'MissingReferenceError'],
      ...[
        'ReadonlyStoreError',
        'RefConflictError',
        'StorageFailedError',
        'StoreBusyError',
        'StoreClosedError',
      ],
      ...['SymbolicRefError', 'TractError', 'TransactionEndedError', 'UnfinishedTransactionError'],
      ...['UnsupportedDatabaseError'],
    ]),
    ...all('repository', [
      ...['AnnotationRepository', 'BlobRepository', 'CommitParentRepository', 'CommitRepository'],
      ...['CompileRecordRepository', 'OperationEventRepository', 'PolicyRepository', 'RefRepository'],
      ...['SpawnPointerRepository', 'StoredRowRepository'],
    ]),
  },
  '@tract/migrations': {
    inspectFile: calls(migrations.inspectFile, ({ folder }) => [
      join(folder, 'source.db'),
      { readonly: false, waitMs: 10, signal: new AbortController().signal },
    ]),
    refuseUnsafeDamagedSchema: calls(migrations.refuseUnsafeDamagedSchema, ({ dataSource, folder }) => [
      dataSource,
      join(folder, 'agent.db'),
    ]),
    readSchemaVersion: calls(migrations.readSchemaVersion, ({ dataSource }) => [dataSource, waiting()]),
    planMigration: calls(migrations.planMigration, ({ dataSource }) => [dataSource, waiting()]),
    migrate: calls(migrations.migrate, ({ dataSource }) => [
      dataSource,
      { ...waiting(), backup: true, orphans: 'stop', onProgress: () => undefined },
    ]),
    rollback: [
      {
        name: '',
        takes: ({ dataSource }) => [
          dataSource,
          { ...waiting(), backup: false, lossy: false, onProgress: () => undefined },
        ],
        // Forwards again, so that the next call finds what this one did.
        call: async ({ dataSource }, ...values) => {
          await (migrations.rollback as Untyped)(...values)
          await migrations.migrate(dataSource, { backup: false })
        },
      },
    ],
    readStructure: calls(migrations.readStructure, ({ dataSource }) => [dataSource]),
    ...all('error', [
      ...['BackupFailedError', 'EncryptedDatabaseError', 'ForeignDatabaseError', 'LossyRollbackError'],
      ...['MigrationAbortedError', 'MigrationWaitTimeoutError', 'NewerSchemaVersionError'],
      ...['NoRoomForBackupError', 'NotADatabaseError', 'NotAFileError', 'OlderSchemaVersionError'],
      ...['OrphanedRowsError', 'PermissionDeniedError', 'ReadOnlyFileSystemError', 'RecoveryNeededError'],
      ...['TruncatedDatabaseError', 'UnreadableSchemaVersionError', 'UnsafeSchemaError'],
    ]),
  },
  '@tract/sqlite': {
    createDataSource: calls(sqlite.createDataSource, ({ folder }) => [
      { database: join(folder, 'never.db'), entities: [], readonly: false, synchronous: 'full' },
    ]),
    initializeDatabase: calls(sqlite.initializeDatabase, ({ dataSource }) => [
      dataSource,
      { ...waiting(), backup: true, orphans: 'stop', onProgress: () => undefined },
    ]),
    openStore: [
      {
        name: '',
        takes: ({ folder }) => [join(folder, 'store.db'), storeOptions()],
        call: (_world, ...values) => openedAndClosed(values),
      },
      {
        name: 'over a DataSource',
        takes: ({ dataSource }) => [dataSource, { busyTimeoutMs: 10, closeTimeoutMs: 10 }],
        call: (_world, ...values) => openedAndClosed(values),
      },
    ],
    SqliteStore: [
      ...methods(({ store }) => store, {
        transaction: () => [async () => 'result'],
        withManager: () => [async () => 'result'],
        checkIntegrity: takesNothing,
        reclaimSpace: takesNothing,
      }),
      {
        name: 'close',
        takes: takesNothing,
        call: async (_world, ...values) => (await sqlite.openStore(':memory:')).close(...(values as [])),
      },
    ],
    ...all('repository', [
      ...['SqliteAnnotationRepository', 'SqliteBlobRepository', 'SqliteCommitParentRepository'],
      ...['SqliteCommitRepository', 'SqliteCompileRecordRepository', 'SqliteOperationEventRepository'],
      ...['SqlitePolicyRepository', 'SqliteRefRepository', 'SqliteSpawnPointerRepository'],
      ...['SqliteStoredRowRepository'],
    ]),
  },
  '@tract/history': {
    history: [
      ...calls(history.history, ({ store }) => [
        store,
        'agent',
        { branch: 'side', onConflict: 'retry', tokenSource: 'counted', render: history.renderMessages },
      ]),
      ...methods(({ agent }) => agent, {
        head: takesNothing,
        context: ({ hash }) => [hash],
        contextOf: () => [[], null],
        commit: ({ hash }) => [
          user('new'),
          {
            ...{ contentType: 'dialogue', editOf: hash, message: 'm', metadata: { a: 1 }, tokens: 1 },
            ...{ generationConfig: { model: 'm' }, createdAt: new Date() },
          },
        ],
        merge: () => [['side'], { payload: user('merged') }],
        compress: ({ hash }) => [
          {
            ...{ sources: [hash], summary: 'S', tokens: 1, targetTokens: 1, instructions: 'i', message: 'm' },
            ...{ metadata: { a: 1 }, generationConfig: { model: 'm' } },
          },
        ],
        reorganize: ({ hash }) => [{ commits: [hash] }],
        import: () => [{ from: 'other', commits: ['abcd'] }],
        recordCompile: () => [{ params: { a: 1 }, tokens: 1, tokenSource: 'counted' }],
        annotate: ({ hash }) => [hash, 'pinned', 'reason'],
        branch: ({ hash }) => ['new', hash, { force: true }],
        checkout: () => ['main'],
        reset: () => ['main'],
      }),
    ],
    contextOf: calls(history.contextOf, ({ store, recordId }) => [
      store,
      recordId,
      { render: history.renderMessages },
    ]),
    diffContexts: calls(history.diffContexts, ({ store, recordId }) => [store, recordId, recordId, {}]),
    fateOf: calls(history.fateOf, ({ store, hash }) => [store, hash, { at: 'main' }]),
    originsOf: calls(history.originsOf, ({ store, hash }) => [store, hash]),
    savings: calls(history.savings, ({ store }) => [store, 'agent', { by: 'day' }]),
    seenBy: calls(history.seenBy, ({ store, hash }) => [store, hash]),
    timeline: calls(history.timeline, ({ store }) => [store, 'agent']),
    picture: calls(history.picture, ({ store }) => [
      store,
      { tract: 'agent' },
      { format: 'mermaid', fold: 5, longestLabel: 20 },
    ]),
    verify: calls(history.verify, ({ store }) => [
      store,
      {
        ...{ tractId: 'agent', sample: 0.5, render: history.renderMessages },
        ...{ onProgress: () => undefined, signal: new AbortController().signal },
      },
    ]),
    collect: calls(history.collect, ({ store }) => [store, { tractId: 'agent', dryRun: true, keep: KEEP }]),
    exportBundle: [
      {
        name: '',
        takes: ({ store }) => [store, { tractId: 'agent', salvage: false }],
        call: (_world, ...values) => drained((history.exportBundle as Untyped)(...values)),
      },
    ],
    importBundle: calls(history.importBundle, ({ store }) => [
      store,
      ['{}\n'],
      { keepRefs: true, allowGaps: true },
    ]).map((call) => ({ ...call, stream: 1 })),
    digestOf: calls(history.digestOf, () => [[{ role: 'user', content: 'a' }]]),
    renderMessages: 'constant',
    SEVERITIES: 'constant',
    ...all('error', [
      ...['BundleConflictError', 'DamagedBundleError', 'DamagedRecordError', 'EditOfEditError'],
      ...['ForeignBundleError', 'NoHeadError', 'OutsideChainError', 'SpaceNotReclaimedError'],
      ...['UnknownHashError', 'UnknownRecordError', 'UnknownTractError', 'VerificationAbortedError'],
    ]),
  },
  '@tract/testkit': {
    anAnnotation: calls(testkit.anAnnotation, () => [{ tractId: 't', createdAt: new Date() }, 1]),
    aBlob: calls(testkit.aBlob, () => [{ payloadJson: '{}', createdAt: new Date() }, 1]),
    aCommit: calls(testkit.aCommit, () => [{ tractId: 't', parentHash: 'p', createdAt: new Date() }, 1]),
    aCompileRecord: calls(testkit.aCompileRecord, () => [{ tractId: 't', createdAt: new Date() }, 1]),
    aHistory: calls(testkit.aHistory, () => [
      { tractId: 't', commits: 5, merges: 1, edits: 1, compressions: 1, records: 1, seed: 1 },
    ]),
    aLogEntry: calls(testkit.aLogEntry, () => [{ tractId: 't', createdAt: new Date() }, 1]),
    anOperationEvent: calls(testkit.anOperationEvent, () => [{ tractId: 't', createdAt: new Date() }, 1]),
    aProposal: calls(testkit.aProposal, () => [{ tractId: 't', createdAt: new Date() }, 1]),
    aSpawnPointer: calls(testkit.aSpawnPointer, () => [{ childTractId: 't', createdAt: new Date() }, 1]),
    writeHistory: calls(testkit.writeHistory, ({ store }) => [
      store,
      testkit.aHistory({ tractId: 'written' }),
    ]),
    foreignDatabase: calls(testkit.foreignDatabase, takesNothing),
    handMadeVersion2: calls(testkit.handMadeVersion2, takesNothing),
    legacyDatabase: calls(testkit.legacyDatabase, () => [
      5,
      { layout: 'd', compressions: 'listed', versionRow: '5', isEmpty: false, orphans: false, links: 1 },
    ]),
    legacyHash: calls(testkit.legacyHash, () => [1]),
    runWorker: calls(testkit.runWorker, () => [{ open: () => undefined }, '{}']),
    storeContract: 'tests',
    ...all('constant', ['LEGACY_TRACT', 'MISSING_COMMIT', 'ODD_TRACT']),
  },
}

function all(where: Elsewhere, names: readonly string[]): PublicTable {
  return Object.fromEntries(names.map((name) => [name, where]))
}

function waiting() {
  return { waitMs: 10, signal: new AbortController().signal }
}

function storeOptions() {
  return {
    ...{ migrate: 'auto', backup: true, orphans: 'stop', onProgress: () => undefined, readonly: false },
    ...{ busyTimeoutMs: 10, closeTimeoutMs: 10, entities: [], synchronous: 'normal' },
    ...{ salvage: false, checkpointPages: 1000 },
    signal: new AbortController().signal,
  }
}

async function openedAndClosed(values: readonly unknown[]): Promise<void> {
  const store = await (sqlite.openStore as (...values: readonly unknown[]) => Promise<sqlite.SqliteStore>)(
    ...values,
  )
  await store.close()
}
