import type { Store } from '@tract/repositories'
import { type Render, renderMessages } from '../context.js'
import {
  checkFunction,
  checkOptional,
  checkOptionalText,
  checkStore,
  checkWholeStore,
  readOptions,
} from '../input.js'
import { tractsOf } from '../resolve.js'
import { checkCommits, checkPayload } from './commits.js'
import { checkCycles } from './cycles.js'
import { checkEvents } from './events.js'
import { type Finding, type FindingKind, type Report, SEVERITIES } from './finding.js'
import { type Step, stepsOf, type VerifyProgress } from './pace.js'
import { chunksAsTheyCome, chunksOf, PAYLOADS_AT_ONCE, readAll, readable } from './reading.js'
import { checkRecords } from './records.js'
import { checkRefs, checkSpawns } from './references.js'

/** What {@link verify} looks at. */
export interface VerifyOptions {
  /** Only this tract, and not the database as such. */
  readonly tractId?: string
  /**
   * The share of commits, events and records to check, above 0 and at most 1, another share each time; the database as
   * such is then not checked, for that reads all of it. All unless given.
   */
  readonly sample?: number
  /** What made the messages of compile records, where it is not the default. */
  readonly render?: Render
  /** Told now and then how far it has come. */
  readonly onProgress?: (progress: VerifyProgress) => void
  /** Ends it at the next thousand rows. */
  readonly signal?: AbortSignal
}

/** What {@link verify} found. */
export interface Verification {
  /** Whether nothing is corrupt or lost; oddities may be there. */
  readonly ok: boolean
  readonly findings: readonly Finding[]
  /** How much was looked at. */
  readonly checked: {
    readonly tracts: number
    readonly commits: number
    readonly events: number
    readonly records: number
  }
}

const OPTIONS = ['tractId', 'sample', 'render', 'onProgress', 'signal'] as const

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= 1
}

/**
 * Checks a history like `git fsck`: the database, every hash against the stored text, every reference, event and record.
 * Reads all, changes nothing, goes on after each finding, and lets other work run in between.
 *
 * @throws {@link UnknownTractError} where no row names the tract
 * @throws {@link VerificationAbortedError} where the signal ended it
 */
export async function verify(store: Store, options: VerifyOptions = {}): Promise<Verification> {
  checkStore(store)
  const {
    tractId,
    sample = 1,
    render = renderMessages,
    ...watching
  } = readOptions('options', options, OPTIONS)
  checkOptionalText('options.tractId', tractId)
  checkOptional('options.sample', sample, isShare, 'a number above 0 and at most 1')
  checkFunction('options.render', render)
  checkFunction('options.onProgress', watching.onProgress)
  checkOptional('options.signal', watching.signal, (one) => one instanceof AbortSignal, 'an AbortSignal')
  const isWhole = tractId === undefined && sample === 1
  if (isWhole) checkWholeStore(store, 'checkIntegrity')
  const findings: Finding[] = []
  const reporting =
    (tract: string | null): Report =>
    (kind, at, message) =>
      findings.push({ kind, severity: SEVERITIES[kind], tractId: tract, at, message })
  const isSampled = sampler(sample)
  const tracts = (await readable(() => tractsOf(store, tractId), 'database', reporting(null))) ?? []
  const checked = { tracts: tracts.length, commits: 0, events: 0, records: 0 }
  for (const [tractsDone, tract] of tracts.entries()) {
    const report = reporting(tract)
    const tell = stepsOf(tract, { tractsDone, tracts: tracts.length }, watching)
    let toldError: { readonly error: unknown } | undefined
    const step: Step = async (phase, done) => {
      try {
        await tell(phase, done)
      } catch (error) {
        toldError = { error }
        throw error
      }
    }
    // What is damaged beyond single rows ends one part alone: there is more to be told. What the caller throws ends all.
    const part = async (check: () => Promise<void>) => {
      await readable(check, tract, report)
      if (toldError !== undefined) throw toldError.error
    }
    let done = 0
    await step('commits', done)
    const changed: string[] = []
    await part(async () => {
      for await (const some of chunksAsTheyCome(store.commits.iterateHashes(tract))) {
        const hashes = some.filter(isSampled)
        checked.commits += hashes.length
        changed.push(...(await checkCommits(store, hashes, report)))
        done += hashes.length
        await step('commits', done)
      }
    })
    await part(() => checkCycles(store, changed, report))
    await part(() => checkRefs(store, tract, report))
    await part(() => checkSpawns(store, tract, report))
    await part(async () => {
      checked.events += await checkEvents(store, tract, isSampled, report, step)
    })
    await part(async () => {
      checked.records += await checkRecords(store, tract, render, isSampled, report, step)
    })
  }
  if (isWhole) {
    await stepsOf(null, { tractsDone: tracts.length, tracts: tracts.length }, watching)('database', 0)
    await checkDatabase(store, findings, reporting(null))
  }
  return { ok: findings.every(({ severity }) => severity === 'oddity'), findings: once(findings), checked }
}

async function checkDatabase(store: Store, findings: readonly Finding[], report: Report): Promise<void> {
  const orphans = (await readable(() => store.blobs.getOrphanHashes(), 'database', report)) ?? []
  for (const some of chunksOf(orphans, PAYLOADS_AT_ONCE)) {
    const blobs = await readAll(
      some,
      (keys) => store.blobs.getMany(keys),
      (key) => store.blobs.get(key),
      report,
    )
    for (const blob of blobs.values()) {
      report('orphaned_payload', blob.contentHash, `payload ${blob.contentHash} belongs to no commit`)
      checkPayload(blob, report)
    }
  }
  const known = new Set(findings.map(({ at }) => at))
  const { damage, brokenReferences } = await store.checkIntegrity()
  for (const line of damage) report('database', 'database', line)
  for (const { table, columns, target } of brokenReferences) {
    const values = Object.values(columns)
    if (values.some((value) => value !== null && known.has(value))) continue
    report('broken_reference', table, `${table} names ${target} ${values.join(', ')}, which is gone`)
  }
}

/** Chooses by the hash itself, from a place that is another each time. */
function sampler(share: number): (hash: string) => boolean {
  if (share >= 1) return () => true
  const start = Math.random()
  return (hash) => {
    const place = Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32
    return (Number.isNaN(place) ? Math.random() : (place + start) % 1) < share
  }
}

/** A commit that several rows name is told once for each of its kinds. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const met = new Set<string>()
  return findings.filter(({ kind, at, message }) => {
    const key: `${FindingKind} ${string}` = `${kind} ${at} ${message}`
    if (met.has(key)) return false
    met.add(key)
    return true
  })
}
