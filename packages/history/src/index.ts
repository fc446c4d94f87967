export { contextOf, type Missing, type Proof, type SentContext } from './ask/context-of.js'
export { type ContextChange, type ContextDiff, diffContexts } from './ask/diff.js'
export { type Fate, fateOf, type Standing } from './ask/fate.js'
export { type Origins, originsOf } from './ask/origins.js'
export { type Saving, type Savings, savings } from './ask/savings.js'
export { type Sighting, seenBy } from './ask/seen-by.js'
export { type TimelinePoint, timeline } from './ask/timeline.js'
export type { LineageNode, LineageWay } from './ask/tree.js'
export type { ExportedBundle } from './bundle/bundle-writer.js'
export type { Gap } from './bundle/check-row.js'
export { type ExportBundleOptions, exportBundle } from './bundle/export-bundle.js'
export { type ImportBundleOptions, type ImportedBundle, importBundle } from './bundle/import-bundle.js'
export type { TextSource } from './bundle/lines.js'
export type { Loss, LostRow } from './bundle/lost-row.js'
export { type Collection, type CollectOptions, collect } from './collect/collect.js'
export type { Keep } from './collect/reachable.js'
export {
  type Context,
  type ContextEntry,
  digestOf,
  type Render,
  type RenderedEntry,
  renderMessages,
} from './context.js'
export {
  BundleConflictError,
  DamagedBundleError,
  DamagedRecordError,
  EditOfEditError,
  ForeignBundleError,
  NoHeadError,
  OutsideChainError,
  SpaceNotReclaimedError,
  UnknownHashError,
  UnknownRecordError,
  UnknownTractError,
  VerificationAbortedError,
} from './errors.js'
export { type History, history } from './history.js'
export type { Role } from './payload.js'
export { type PictureOptions, type PictureSubject, picture } from './picture/picture.js'
export { type Finding, type FindingKind, SEVERITIES, type Severity } from './verify/finding.js'
export type { VerifyProgress } from './verify/pace.js'
export { type Verification, type VerifyOptions, verify } from './verify/verify.js'
export type { CommitOptions } from './write/commit.js'
export type { Compressed, Compression } from './write/compress.js'
export type { Import, Imported } from './write/import.js'
export type { MergeOptions } from './write/merge.js'
export type { Compile } from './write/record-compile.js'
export type { Reorganization, Reorganized } from './write/reorganize.js'
export type { HistoryOptions } from './write/settings.js'
