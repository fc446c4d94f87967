import type { Repositories } from '@tract/repositories'
import { InheritanceMode } from '@tract/schema'
import { branchRef, HEAD } from '../write/position.js'
import { checkNamed } from './commits.js'
import type { Report } from './finding.js'
import { readable } from './reading.js'

/** Checks that a tract's refs lead somewhere. HEAD may wait for the first branch: a new tract looks so. */
export async function checkRefs(store: Repositories, tractId: string, report: Report): Promise<void> {
  const refs = (await readable(() => store.refs.getAll(tractId), 'refs', report)) ?? []
  const names = new Set(refs.map(({ refName }) => refName))
  const hasBranches = refs.some(({ refName }) => refName.startsWith(branchRef('')))
  const named = new Map<string, string>()
  for (const { refName, commitHash, symbolicTarget } of refs) {
    if (commitHash !== null) named.set(commitHash, `ref ${refName}`)
    else if (symbolicTarget === null) report('ref_to_nothing', refName, `ref ${refName} stands for nothing`)
    else if (!names.has(symbolicTarget) && (refName !== HEAD || hasBranches)) {
      report('ref_to_nothing', refName, `ref ${refName} stands for ${symbolicTarget}, which does not exist`)
    }
  }
  await checkNamed(store, named, report)
}

/** Checks that the agents that a tract started are told of a commit that is there. */
export async function checkSpawns(store: Repositories, tractId: string, report: Report): Promise<void> {
  const pointers = (await readable(() => store.spawnPointers.getAll(tractId), 'spawn_pointers', report)) ?? []
  const named = new Map<string, string>()
  for (const { id, parentCommitHash, inheritanceMode } of pointers) {
    if (!Object.hasOwn(InheritanceMode, inheritanceMode)) {
      report('unknown_type', String(id), `spawn pointer ${id} is of the unknown mode ${inheritanceMode}`)
    }
    if (parentCommitHash !== null) named.set(parentCommitHash, `spawn pointer ${id}`)
  }
  await checkNamed(store, named, report)
}
