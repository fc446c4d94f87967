import { RefConflictError, RefRepository, SymbolicRefError } from '@tract/repositories'
import type { RefRow } from '@tract/schema'
import type { Connection } from '../connection.js'
import { checkId, checkName } from '../input.js'
import type { Session } from '../session.js'

const HEAD = 'HEAD'
const BRANCHES = 'refs/heads/'
const FIRST_BRANCH = `${BRANCHES}main`
const REF_NAME_LENGTH = 255

const REF = 'SELECT refs.* FROM refs WHERE tract_id = ? AND ref_name = ?'
const REFS = 'SELECT refs.* FROM refs WHERE tract_id = ? ORDER BY ref_name'
const HEAD_COMMIT = `
  SELECT CASE WHEN head.symbolic_target IS NULL THEN head.commit_hash ELSE branch.commit_hash END
  FROM refs AS head
  LEFT JOIN refs AS branch ON branch.tract_id = head.tract_id AND branch.ref_name = head.symbolic_target
  WHERE head.tract_id = ? AND head.ref_name = 'HEAD'`
const BRANCH_NAMES = `
  SELECT substr(ref_name, ${BRANCHES.length + 1}) FROM refs
  WHERE tract_id = ? AND ref_name > '${BRANCHES}' AND ref_name < 'refs/heads0'
  ORDER BY ref_name`
const REPLACE = `
  ON CONFLICT (tract_id, ref_name)
  DO UPDATE SET commit_hash = excluded.commit_hash, symbolic_target = excluded.symbolic_target`
const KEEP_FIRST = 'ON CONFLICT (tract_id, ref_name) DO NOTHING'
const MOVE = `
  UPDATE refs SET commit_hash = ?
  WHERE tract_id = ? AND ref_name = ? AND commit_hash = ? AND symbolic_target IS NULL`
const DELETE = 'DELETE FROM refs WHERE tract_id = ? AND ref_name = ?'

export class SqliteRefRepository extends RefRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async getHead(tractId: string): Promise<string | null> {
    checkId('tractId', tractId)
    return this.#session.read((db) => textOrNull(db.value(HEAD_COMMIT, tractId)))
  }

  override async updateHead(tractId: string, commitHash: string): Promise<void> {
    checkId('tractId', tractId)
    checkId('commitHash', commitHash)
    await this.#session.writeTogether((db) => {
      const head = db.refs.get(REF, tractId, HEAD)
      if (head === null) setSymbolicRef(db, tractId, HEAD, FIRST_BRANCH)
      const isDetached = head !== null && head.symbolicTarget === null
      setRef(db, tractId, isDetached ? HEAD : (head?.symbolicTarget ?? FIRST_BRANCH), commitHash)
    })
  }

  override async getBranch(tractId: string, branchName: string): Promise<string | null> {
    return this.getRef(tractId, branchRef(branchName))
  }

  override async setBranch(tractId: string, branchName: string, commitHash: string): Promise<void> {
    return this.setRef(tractId, branchRef(branchName), commitHash)
  }

  override async listBranches(tractId: string): Promise<readonly string[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.values(BRANCH_NAMES, tractId).map(String))
  }

  override async isDetached(tractId: string): Promise<boolean> {
    checkId('tractId', tractId)
    return this.#session.read((db) => {
      const head = db.refs.get(REF, tractId, HEAD)
      return head !== null && head.symbolicTarget === null
    })
  }

  override async attachHead(tractId: string, branchName: string): Promise<void> {
    return this.setSymbolicRef(tractId, HEAD, branchRef(branchName))
  }

  override async detachHead(tractId: string, commitHash: string): Promise<void> {
    return this.setRef(tractId, HEAD, commitHash)
  }

  override async getAll(tractId: string): Promise<readonly RefRow[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.refs.all(REFS, tractId))
  }

  override async getRef(tractId: string, refName: string): Promise<string | null> {
    checkRef(tractId, refName)
    return this.#session.read((db) => db.refs.get(REF, tractId, refName)?.commitHash ?? null)
  }

  override async setRef(tractId: string, refName: string, commitHash: string): Promise<void> {
    checkRef(tractId, refName)
    checkId('commitHash', commitHash)
    await this.#session.write((db) => setRef(db, tractId, refName, commitHash))
  }

  override async deleteRef(tractId: string, refName: string): Promise<void> {
    checkRef(tractId, refName)
    await this.#session.write((db) => db.run(DELETE, tractId, refName))
  }

  override async setSymbolicRef(tractId: string, refName: string, target: string): Promise<void> {
    checkRef(tractId, refName)
    checkName('target', target, REF_NAME_LENGTH)
    await this.#session.write((db) => setSymbolicRef(db, tractId, refName, target))
  }

  override async getSymbolicRef(tractId: string, refName: string): Promise<string | null> {
    checkRef(tractId, refName)
    return this.#session.read((db) => db.refs.get(REF, tractId, refName)?.symbolicTarget ?? null)
  }

  override async getCurrentBranch(tractId: string): Promise<string | null> {
    const target = await this.getSymbolicRef(tractId, HEAD)
    return target?.startsWith(BRANCHES) ? target.slice(BRANCHES.length) : null
  }

  override async compareAndSetRef(
    tractId: string,
    refName: string,
    expected: string | null,
    next: string,
  ): Promise<void> {
    checkRef(tractId, refName)
    if (expected !== null) checkId('expected', expected)
    checkId('next', next)
    await this.#session.write((db) => {
      // Between a move that failed and the look at why, another process may bring the ref to where it is expected.
      while (!move(db, tractId, refName, expected, next)) {
        const ref = db.refs.get(REF, tractId, refName)
        if (ref?.symbolicTarget != null) throw new SymbolicRefError(tractId, refName, ref.symbolicTarget)
        const actual = ref?.commitHash ?? null
        if (actual !== expected) throw new RefConflictError(tractId, refName, expected, actual)
      }
    })
  }
}

function setRef(db: Connection, tractId: string, refName: string, commitHash: string): void {
  db.refs.insert([tractId, refName, commitHash, null], REPLACE)
}

function setSymbolicRef(db: Connection, tractId: string, refName: string, target: string): void {
  db.refs.insert([tractId, refName, null, target], REPLACE)
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
    return db.refs.insertUnlessKnown([tractId, refName, next, null], KEEP_FIRST).isNew
  }
  return db.refs.run(MOVE, [next, tractId, refName, expected], [tractId, refName, next, null]).changes === 1
}

function branchRef(branchName: string): string {
  checkName('branchName', branchName, REF_NAME_LENGTH - BRANCHES.length)
  return BRANCHES + branchName
}

function checkRef(tractId: string, refName: string): void {
  checkId('tractId', tractId)
  checkName('refName', refName, REF_NAME_LENGTH)
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
