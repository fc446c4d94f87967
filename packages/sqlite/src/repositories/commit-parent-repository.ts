import { CommitParentRepository } from '@tract/repositories'
import type { CommitParentRow } from '@tract/schema'
import { checkId, readIds } from '../input.js'
import type { Session } from '../session.js'

const PARENTS = `
  SELECT commit_parents.* FROM commit_parents WHERE commit_hash = ? ORDER BY position, rowid`

export class SqliteCommitParentRepository extends CommitParentRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async addParent(commitHash: string, parentHash: string, position: number): Promise<void> {
    const values = this.#session.tables.commitParents.encode({ commitHash, parentHash, position })
    await this.#session.write((db) => db.commitParents.insert(values))
  }

  override async addParents(commitHash: string, parentHashes: readonly string[]): Promise<void> {
    const hashes = readIds('parentHashes', parentHashes)
    const { commitParents } = this.#session.tables
    const links = hashes.map((parentHash, position) =>
      commitParents.encode({ commitHash, parentHash, position }),
    )
    await this.#session.writeTogether((db) => {
      for (const values of links) db.commitParents.insert(values)
    })
  }

  override async getParents(commitHash: string): Promise<readonly CommitParentRow[]> {
    checkId('commitHash', commitHash)
    return this.#session.read((db) => db.commitParents.all(PARENTS, commitHash))
  }
}
