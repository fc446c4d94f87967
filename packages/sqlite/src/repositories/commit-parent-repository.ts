import { CommitParentRepository } from '@tract/repositories'
import type { CommitParentRow } from '@tract/schema'
import { checkId, readIdList, readIds } from '../input.js'
import { groupedBy } from '../lookup.js'
import type { Session } from '../session.js'

const PARENTS = `
  SELECT commit_parents.* FROM commit_parents WHERE commit_hash = ? ORDER BY position, rowid`
const PARENTS_OF_EACH = `
  SELECT commit_parents.* FROM json_each(?) AS wanted
  CROSS JOIN commit_parents ON commit_parents.commit_hash = wanted.value
  ORDER BY wanted.key, commit_parents.position, commit_parents.rowid`

export class SqliteCommitParentRepository extends CommitParentRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async addParent(commitHash: string, parentHash: string, position: number): Promise<void> {
    const values = this.#session.forms.commitParents.encode({ commitHash, parentHash, position })
    await this.#session.write((db) => db.commitParents.insert(values))
  }

  override async addParents(commitHash: string, parentHashes: readonly string[]): Promise<void> {
    const hashes = readIds('parentHashes', parentHashes)
    const { commitParents } = this.#session.forms
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

  override async getMany(commitHashes: readonly string[]): Promise<Map<string, readonly CommitParentRow[]>> {
    const wanted = readIdList('commitHashes', commitHashes)
    const links = await this.#session.read((db) => db.commitParents.all(PARENTS_OF_EACH, wanted))
    return groupedBy(links, (link) => link.commitHash)
  }
}
