import type { Repositories } from '@tract/repositories'
import { NoHeadError } from '../errors.js'

/** The ref that says where a tract is. */
export const HEAD = 'HEAD'
const BRANCHES = 'refs/heads/'
const FIRST_BRANCH = 'main'

/** Where a history writes: the ref that moves, and the commit it is at. */
export interface Position {
  readonly tractId: string
  readonly refName: string
  /** `null` where HEAD is detached, or attached to what is no branch. */
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
  if (branch !== undefined) {
    const position = await at(refs, tractId, branchRef(branch), false)
    // Whoever has a commit has written on a branch before, and the tract has its HEAD.
    if (position.head !== null) return position
    return { ...position, lacksHead: !(await hasHead(refs, tractId)) }
  }
  const attached = await refs.getSymbolicRef(tractId, HEAD)
  if (attached !== null) return at(refs, tractId, attached, false)
  const detached = await refs.getRef(tractId, HEAD)
  if (detached === null) return at(refs, tractId, branchRef(FIRST_BRANCH), true)
  return { tractId, refName: HEAD, branchName: null, head: detached, lacksHead: false }
}

async function hasHead(refs: Repositories['refs'], tractId: string): Promise<boolean> {
  return (await refs.getSymbolicRef(tractId, HEAD)) !== null || (await refs.getRef(tractId, HEAD)) !== null
}

async function at(
  refs: Repositories['refs'],
  tractId: string,
  refName: string,
  lacksHead: boolean,
): Promise<Position> {
  const branchName = refName.startsWith(BRANCHES) ? refName.slice(BRANCHES.length) : null
  return { tractId, refName, branchName, head: await refs.getRef(tractId, refName), lacksHead }
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
