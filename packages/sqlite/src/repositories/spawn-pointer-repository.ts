import { type SpawnPointerInput, SpawnPointerRepository } from '@tract/repositories'
import type { SpawnPointerRow } from '@tract/schema'
import { checkCount, checkId, readIdList } from '../input.js'
import { byKey } from '../lookup.js'
import type { Session } from '../session.js'

const POINTER = 'SELECT spawn_pointers.* FROM spawn_pointers WHERE id = ?'
const BY_CHILD = `
  SELECT spawn_pointers.* FROM spawn_pointers WHERE child_tract_id = ? ORDER BY created_at, id LIMIT 1`
const BY_EACH_CHILD = `
  SELECT spawn_pointers.* FROM json_each(?) AS wanted CROSS JOIN spawn_pointers ON spawn_pointers.id = (
    SELECT id FROM spawn_pointers AS one WHERE one.child_tract_id = wanted.value
    ORDER BY one.created_at, one.id LIMIT 1)`
const BY_PARENT = `
  SELECT spawn_pointers.* FROM spawn_pointers WHERE parent_tract_id = ? ORDER BY created_at, id`
const BY_TRACT = `
  SELECT spawn_pointers.* FROM spawn_pointers
  WHERE parent_tract_id = ? OR child_tract_id = ? ORDER BY created_at, id`
// UNION drops what was met before, so a cycle ends the walk.
const IS_ANCESTOR = `
  WITH RECURSIVE above (tract_id) AS (
    SELECT parent_tract_id FROM spawn_pointers WHERE child_tract_id = ?
    UNION
    SELECT pointer.parent_tract_id
    FROM above CROSS JOIN spawn_pointers AS pointer ON pointer.child_tract_id = above.tract_id
  )
  SELECT 1 FROM above WHERE tract_id = ? LIMIT 1`

export class SqliteSpawnPointerRepository extends SpawnPointerRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async save(pointer: SpawnPointerInput): Promise<SpawnPointerRow> {
    const values = this.#session.forms.spawnPointers.encode(pointer)
    return this.#session.write((db) => db.spawnPointers.insert(values))
  }

  override async get(id: number): Promise<SpawnPointerRow | null> {
    checkCount('id', id)
    return this.#session.read((db) => db.spawnPointers.get(POINTER, id))
  }

  override async getByChild(childTractId: string): Promise<SpawnPointerRow | null> {
    checkId('childTractId', childTractId)
    return this.#session.read((db) => db.spawnPointers.get(BY_CHILD, childTractId))
  }

  override async batchGetByChild(childTractIds: readonly string[]): Promise<Map<string, SpawnPointerRow>> {
    const wanted = readIdList('childTractIds', childTractIds)
    const pointers = await this.#session.read((db) => db.spawnPointers.all(BY_EACH_CHILD, wanted))
    return byKey(pointers, (pointer) => pointer.childTractId)
  }

  override async getChildren(parentTractId: string): Promise<readonly SpawnPointerRow[]> {
    checkId('parentTractId', parentTractId)
    return this.#session.read((db) => db.spawnPointers.all(BY_PARENT, parentTractId))
  }

  override async getAll(tractId: string): Promise<readonly SpawnPointerRow[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.spawnPointers.all(BY_TRACT, tractId, tractId))
  }

  override async hasAncestor(childTractId: string, potentialAncestor: string): Promise<boolean> {
    checkId('childTractId', childTractId)
    checkId('potentialAncestor', potentialAncestor)
    return this.#session.read((db) => db.value(IS_ANCESTOR, childTractId, potentialAncestor) !== undefined)
  }
}
