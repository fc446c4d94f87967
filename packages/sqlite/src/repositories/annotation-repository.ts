import { type AnnotationInput, AnnotationRepository } from '@tract/repositories'
import type { AnnotationRow } from '@tract/schema'
import { checkId, readIdsAsJson } from '../input.js'
import { byKey } from '../lookup.js'
import type { Session } from '../session.js'

const LATEST = `
  SELECT annotations.* FROM annotations WHERE target_hash = ? ORDER BY created_at DESC, id DESC LIMIT 1`
const LATEST_OF_EACH = `
  SELECT annotations.* FROM json_each(?) AS wanted CROSS JOIN annotations ON annotations.id = (
    SELECT id FROM annotations AS one WHERE one.target_hash = wanted.value
    ORDER BY one.created_at DESC, one.id DESC LIMIT 1)`
const HISTORY = `
  SELECT annotations.* FROM annotations WHERE target_hash = ? ORDER BY created_at, id`

export class SqliteAnnotationRepository extends AnnotationRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async save(annotation: AnnotationInput): Promise<AnnotationRow> {
    const values = this.#session.forms.annotations.encode(annotation)
    return this.#session.write((db) => db.annotations.insert(values))
  }

  override async getLatest(targetHash: string): Promise<AnnotationRow | null> {
    checkId('targetHash', targetHash)
    return this.#session.read((db) => db.annotations.get(LATEST, targetHash))
  }

  override async getHistory(targetHash: string): Promise<readonly AnnotationRow[]> {
    checkId('targetHash', targetHash)
    return this.#session.read((db) => db.annotations.all(HISTORY, targetHash))
  }

  override async batchGetLatest(targetHashes: readonly string[]): Promise<Map<string, AnnotationRow>> {
    const wanted = readIdsAsJson('targetHashes', targetHashes)
    const annotations = await this.#session.read((db) => db.annotations.all(LATEST_OF_EACH, wanted))
    return byKey(annotations, (annotation) => annotation.targetHash)
  }
}
