export {
  foreignDatabase,
  handMadeVersion2,
  type LegacyOptions,
  type LegacyVersion,
  legacyDatabase,
} from './legacy-database.js'
export { LEGACY_TRACT, legacyHash, MISSING_COMMIT, ODD_TRACT } from './rows.js'
export type { CompressionsShape, LegacyLayout } from './tables.js'
