import { newestOfChain, wholeChain } from './ancestors.js'
import { appendMessage } from './append-message.js'
import { commitByPrefix } from './commit-by-prefix.js'
import { commitsOfEvent } from './commits-of-event.js'
import { effectivesOf20, effectivesOf200 } from './effectives-of-record.js'
import { getBlobs } from './get-blobs.js'
import { getCommit } from './get-commit.js'
import { getEvent } from './get-event.js'
import { getRecord } from './get-record.js'
import { isSourceHit, isSourceMiss } from './is-source.js'
import { latestAnnotations } from './latest-annotations.js'
import type { Question } from './question.js'
import { recordsOfTract } from './records-of-tract.js'
import { saveEvent } from './save-event.js'
import { saveEvents } from './save-events.js'
import { saveRecordOf20, saveRecordOf200 } from './save-record.js'
import { sourceHashes } from './source-hashes.js'

/** In the order of the table. Those that write come last: they change the file. */
export const questions: readonly Question[] = [
  getEvent,
  getCommit,
  getRecord,
  isSourceHit,
  isSourceMiss,
  commitByPrefix,
  commitsOfEvent,
  effectivesOf20,
  effectivesOf200,
  newestOfChain,
  wholeChain,
  sourceHashes,
  recordsOfTract,
  latestAnnotations,
  getBlobs,
  appendMessage,
  saveEvent,
  saveEvents,
  saveRecordOf20,
  saveRecordOf200,
]
