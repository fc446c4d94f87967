import { RefRepository } from '@tract/repositories'
import type { RefRow } from '@tract/schema'
import { checkId, checkName } from '../input.js'
import type { Session } from '../session.js'
import { checkRef, compareAndSetRef, REF, REF_NAME_LENGTH, setRef, setSymbolicRef } from './move-ref.js'

const HEAD = 'HEAD'
const BRANCHES = 'refs/heads/'
const FIRST_BRANCH = `${BRANCHES}main`

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
    await this.#session.write((db) => compareAndSetRef(db, tractId, refName, expected, next))
  }
}

function branchRef(branchName: string): string {
  checkName('branchName', branchName, REF_NAME_LENGTH - BRANCHES.length)
  return BRANCHES + branchName
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
