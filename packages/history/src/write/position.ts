import type { Repositories } from '@tract/repositories'
import { NoHeadError } from '../errors.js'

const HEAD = 'HEAD'
const BRANCHES = 'refs/heads/'
const FIRST_BRANCH = 'main'

/** Where a history writes: the ref that moves, and the commit it is at. */
export interface Position {
  readonly tractId: string
  readonly refName: string
  /** `null` where HEAD is detached. */
  readonly branchName: string | null
  /** `null` where the branch has no commit yet. */
  readonly head: string | null
  /** Whether the tract has no HEAD yet, which then comes to be with the first commit. */
  readonly lacksHead: boolean
}

/** The full name of a branch's ref. */
export function branchRef(branchName: string): string {
  return `${BRANCHES}${branchName}`
}

/** @param branch the branch to write on; without it, where HEAD is */
export async function positionOf(
  { refs }: Repositories,
  tractId: string,
  branch: string | undefined,
): Promise<Position> {
  const current = branch ?? (await refs.getCurrentBranch(tractId))
  if (current !== null) return onBranch(refs, tractId, current, false)
  if (await refs.isDetached(tractId)) {
    const head = await refs.getHead(tractId)
    return { tractId, refName: HEAD, branchName: null, head, lacksHead: false }
  }
  return onBranch(refs, tractId, FIRST_BRANCH, true)
}

async function onBranch(
  refs: Repositories['refs'],
  tractId: string,
  branchName: string,
  lacksHead: boolean,
): Promise<Position> {
  const head = await refs.getBranch(tractId, branchName)
  return { tractId, refName: branchRef(branchName), branchName, head, lacksHead }
}

/**
 * Moves the ref of a position to another commit.
 *
 * @throws {@link RefConflictError} where somebody moved it meanwhile
 */
export async function moveTo({ refs }: Repositories, position: Position, next: string): Promise<void> {
  const { tractId, refName, branchName, head, lacksHead } = position
  if (next === head) return
  await refs.compareAndSetRef(tractId, refName, head, next)
  if (lacksHead && branchName !== null) await refs.attachHead(tractId, branchName)
}

/** @throws {@link NoHeadError} where the position has no commit */
export function headOf({ tractId, refName, head }: Position): string {
  if (head === null) throw new NoHeadError(tractId, refName)
  return head
}
