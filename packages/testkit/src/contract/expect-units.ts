import type { Repositories, Store } from '@tract/repositories'
import { expect } from 'vitest'
import type { Unit } from '../workload/unit.js'
import { brokenRule } from '../workload/unit-traces.js'

/** Expects of units, at any moment, what was acknowledged by then, and each as a whole or not at all. */
export async function expectTraces(
  store: Repositories,
  units: readonly Unit[],
  acknowledged: ReadonlySet<string>,
): Promise<void> {
  const broken = await brokenRule(store, units, acknowledged)
  if (broken !== null) expect.fail(`${broken.rule}\nexpected: ${broken.expected}\nfound: ${broken.found}`)
}

/** Expects a store to be sound, to have all that was acknowledged, and each unit as a whole or not at all. */
export async function expectUnits(
  store: Store,
  units: readonly Unit[],
  acknowledged: ReadonlySet<string>,
): Promise<void> {
  await expectTraces(store, units, acknowledged)
  const report = await store.checkIntegrity()
  expect(report, 'a database is sound whatever ran on it').toEqual({
    ok: true,
    damage: [],
    brokenReferences: [],
  })
}
