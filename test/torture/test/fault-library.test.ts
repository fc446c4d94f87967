import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acknowledgedBy, checkAcknowledged } from '../src/harness/acknowledged.js'
import { type Fault, FaultControl, NOTHING_SEEN } from '../src/harness/fault-control.js'
import { faultLibrary, whyNoFaults } from '../src/harness/fault-library.js'
import { checkWritten, LIFE, type Lived, liveThrough, noteRefused } from '../src/harness/lives.js'
import { Report } from '../src/harness/report.js'

const UNITS = 4
const PATIENCE_MS = 120_000

let folder: string
let report: Report

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tract-torture-test-'))
  mkdirSync(join(folder, 'files'))
  report = new Report(() => undefined)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Lives in one process, each life with another fault. */
async function liveWith(...faults: readonly (Fault | undefined)[]): Promise<readonly Lived[]> {
  const files = join(folder, 'files')
  const control = join(folder, 'control')
  new FaultControl(control).arm(faults[0] ?? null)
  const lives = faults.map((fault, index) => {
    return {
      operation: 'write' as const,
      file: join(files, `${index}.db`),
      units: UNITS,
      ...(fault && { fault }),
    }
  })
  const env = {
    LD_PRELOAD: faultLibrary(folder),
    TRACT_FAULTS: control,
    TRACT_FAULTS_IN: realpathSync(files),
  }
  return liveThrough({ control, lives }, env)
}

describe.skipIf(whyNoFaults() !== undefined)('the fault library', () => {
  it(
    'breaks the call that it was told to, in the manner that it was told',
    async () => {
      const [undisturbed, error, full, short, sync] = await liveWith(
        undefined,
        { call: 'write', at: 100, kind: 'error' },
        { call: 'write', at: 100, kind: 'full' },
        { call: 'write', at: 100, kind: 'short' },
        { call: 'sync', at: 2, kind: 'error' },
      )
      expect(undisturbed?.refused).toEqual([])
      expect(undisturbed?.state.fired).toBe(0)
      expect(undisturbed?.state.counts.write).toBeGreaterThan(100)
      expect(error?.refused).toMatchObject([{ reason: 'SQLITE_IOERR_WRITE' }])
      expect(full?.refused).toMatchObject([{ reason: 'SQLITE_FULL' }])
      // What a short write leaves out meets no space.
      expect(short?.refused).toMatchObject([{ reason: 'SQLITE_FULL' }])
      expect(sync?.refused).toMatchObject([{ at: 'open', reason: 'SQLITE_IOERR_FSYNC' }])
      for (const lived of [error, full, short]) expect(lived?.state).toMatchObject({ fired: 1 })
    },
    PATIENCE_MS,
  )

  it(
    'takes with the power what no sync has followed, though it was acknowledged',
    async () => {
      const [undisturbed] = await liveWith(undefined)
      // Closing syncs the log and then the file.
      const at = (undisturbed?.state.counts.sync ?? 0) - 1
      rmSync(join(folder, 'files', '0.db'))
      const [dark] = await liveWith({ call: 'sync', at, kind: 'power', seed: 6 })
      const acknowledged = acknowledgedBy(LIFE, dark?.lines ?? [])
      expect(acknowledged).toHaveLength(UNITS)
      await checkAcknowledged(join(folder, 'files', '0.db'), acknowledged, new Set([LIFE]), report)
      expect(report.broken).toContainEqual(
        expect.stringContaining('was acknowledged and is not on the branch'),
      )
    },
    PATIENCE_MS,
  )
})

describe('what is checked after a life', () => {
  const refused = (at: string, type: string | null) => ({
    at,
    type,
    reason: 'SQLITE_FULL',
    message: 'no room',
  })

  async function brokenAfter(lived: Partial<Lived>): Promise<string> {
    const life = { operation: 'write' as const, file: join(folder, 'agent.db') }
    const one: Lived = { life, lines: [], refused: [], state: NOTHING_SEEN, handles: 0, ...lived }
    noteRefused(one, report)
    await checkWritten(one, report)
    return report.broken.join('\n')
  }

  it('finds an error that is not ours', async () => {
    const found = await brokenAfter({ refused: [refused('unit 1', null)] })
    expect(found).toBe('unit 1 was refused by an error that is not ours: no room')
  })

  it('finds a store that does not go on', async () => {
    const late = `refused ${JSON.stringify(refused('unit 8', 'StorageFailedError'))}`
    expect(await brokenAfter({ lines: ['healed', late] })).toBe(
      'a unit was refused though nothing breaks any more',
    )
  })

  it('finds a single fault that costs more than one unit', async () => {
    const life = {
      operation: 'write',
      file: join(folder, 'agent.db'),
      fault: { call: 'write', at: 9, kind: 'error' },
    }
    const units = [refused('unit 1', 'StorageFailedError'), refused('unit 2', 'StorageFailedError')]
    const found = await brokenAfter({ life: life as Lived['life'], refused: units })
    expect(found).toBe('2 units were refused, expected one')
  })

  it('finds an acknowledged unit that is not there', async () => {
    expect(await brokenAfter({ lines: ['unit 0 ff'] })).toBe(
      'unit life:0 was acknowledged and is not on the branch',
    )
  })
})
