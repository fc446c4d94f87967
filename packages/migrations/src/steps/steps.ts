import type { Orphans } from '../orphans.js'
import { ALONE, type StepContext } from '../progress.js'
import { CommitParents } from './001-to-002.js'
import { Compressions } from './002-to-003.js'
import { SpawnPointers } from './003-to-004.js'
import { Policies } from './004-to-005.js'
import { OperationEvents } from './005-to-006.js'
import type { Step } from './step.js'

/** The steps, oldest first. The list only ever grows at its end. */
export function allSteps(context: StepContext = ALONE, checked?: Orphans): readonly Step[] {
  return [
    new CommitParents(),
    new Compressions(),
    new SpawnPointers(),
    new Policies(),
    new OperationEvents(context, checked),
  ]
}

/** The step that leads on from a version; `null` where there is none. */
export function stepFrom(version: number | null, context?: StepContext, checked?: Orphans): Step | null {
  return allSteps(context, checked).find(({ from }) => from === version) ?? null
}
