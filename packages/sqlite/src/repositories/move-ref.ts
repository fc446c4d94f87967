import { DamagedDataError, RefConflictError, SymbolicRefError } from '@tract/repositories'
import type { Connection } from '../connection.js'
import { checkId, checkName, describe } from '../input.js'

export const REF_NAME_LENGTH = 255

export const REF = 'SELECT refs.* FROM refs WHERE tract_id = ? AND ref_name = ?'
const REF_COMPARED = `
  SELECT refs.*, commit_hash IS ? FROM refs WHERE tract_id = ? AND ref_name = ?`
const REPLACE = `
  ON CONFLICT (tract_id, ref_name)
  DO UPDATE SET commit_hash = excluded.commit_hash, symbolic_target = excluded.symbolic_target`
// A row that leads nowhere, which no writer of the format leaves, counts as none.
const CREATE = `
  ON CONFLICT (tract_id, ref_name)
  DO UPDATE SET commit_hash = excluded.commit_hash WHERE commit_hash IS NULL AND symbolic_target IS NULL`
const MOVE = `
  UPDATE refs SET commit_hash = ?
  WHERE tract_id = ? AND ref_name = ? AND commit_hash = ? AND symbolic_target IS NULL`

/** @throws {@link InvalidInputError} */
export function checkRef(tractId: string, refName: string): void {
  checkId('tractId', tractId)
  checkName('refName', refName, REF_NAME_LENGTH)
}

/** Creates or moves a ref; one that was symbolic becomes direct. One statement. */
export function setRef(db: Connection, tractId: string, refName: string, commitHash: string): void {
  db.refs.replace([tractId, refName, commitHash, null], REPLACE)
}

/** Creates or changes a symbolic ref. One statement. */
export function setSymbolicRef(db: Connection, tractId: string, refName: string, target: string): void {
  db.refs.replace([tractId, refName, null, target], REPLACE)
}

/**
 * Moves a ref only from where it is expected; `null` means that it must not exist. One statement that writes.
 *
 * @throws {@link RefConflictError} where it is elsewhere
 * @throws {@link SymbolicRefError} where it is symbolic
 * @throws {@link DamagedDataError} where it leads to what is no text
 */
export function compareAndSetRef(
  db: Connection,
  tractId: string,
  refName: string,
  expected: string | null,
  next: string,
): void {
  // Between the move that failed and the look at why, another process may bring the ref to where it is expected.
  while (!move(db, tractId, refName, expected, next)) {
    const [[ref], [isExpected]] = db.refs.allWith(REF_COMPARED, expected, tractId, refName)
    if (ref?.symbolicTarget != null) throw new SymbolicRefError(tractId, refName, ref.symbolicTarget)
    const actual = ref?.commitHash ?? null
    if (actual !== expected) throw new RefConflictError(tractId, refName, expected, actual)
    // What is no UTF-8 reads like another text, and SQLite tells them apart: no move would ever succeed.
    if (isExpected === 0) {
      throw new DamagedDataError('refs.commit_hash', `bytes that read as ${describe(actual)}`, 'UTF-8 text')
    }
  }
}

/** One statement, so that it is atomic by itself. Returns whether the ref was where it was expected. */
function move(
  db: Connection,
  tractId: string,
  refName: string,
  expected: string | null,
  next: string,
): boolean {
  if (expected === null) {
    return db.refs.insertUnlessKnown([tractId, refName, next, null], CREATE)
  }
  return db.refs.run(MOVE, [next, tractId, refName, expected], [tractId, refName, next, null]).changes === 1
}
