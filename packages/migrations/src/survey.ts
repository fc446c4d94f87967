import { stat } from 'node:fs/promises'
import { fileOf } from './backup.js'
import { type Completion, isComplete, planCompletion } from './completion.js'
import type { Connection } from './connection.js'
import { checkLastPage, checkShortFile, explained } from './inspect-file.js'
import type { Patience } from './patience.js'
import { type Recognition, recognise } from './recognise.js'

/** What a database is, and what it lacks. */
export interface Survey extends Recognition {
  /** What its structure lacks; `null` for an older version, whose structure the steps change first. */
  readonly completion: Completion | null
  /** Whether a migration would do nothing. */
  readonly isFinished: boolean
}

/** Looks at a database in one read transaction, or in the running one. */
export async function survey(connection: Connection): Promise<Survey> {
  if (connection.inTransaction) return surveyNow(connection)
  await connection.run('BEGIN DEFERRED')
  try {
    return await surveyNow(connection)
  } finally {
    if (connection.inTransaction) await connection.run('COMMIT')
  }
}

async function surveyNow(connection: Connection): Promise<Survey> {
  const recognition = await recognise(connection)
  const { version, recorded, structure } = recognition
  const completion = version === 6 || version === null ? await completionOf(connection, structure) : null
  const isFinished = recorded === 6 && completion !== null && isComplete(completion)
  return { ...recognition, completion, isFinished }
}

/** What was found of structures in which nothing depends on rows: those that are whole. */
const ofWhole = new WeakMap<Recognition['structure'], Completion>()

async function completionOf(
  connection: Connection,
  structure: Recognition['structure'],
): Promise<Completion> {
  const before = ofWhole.get(structure)
  if (before !== undefined) return before
  const completion = await planCompletion(connection, structure)
  if (isComplete(completion) && completion.differences.length === 0) ofWhole.set(structure, completion)
  return completion
}

/** {@link survey}, waiting for others, with errors that say what the file is. */
export async function patientSurvey(connection: Connection, patience: Patience): Promise<Survey> {
  return patiently(connection, patience, survey)
}

/** Looks at a database for the first time, waiting for others, with errors that say what the file is. */
export async function patiently<Found extends Recognition>(
  connection: Connection,
  patience: Patience,
  look: (connection: Connection) => Promise<Found>,
): Promise<Found> {
  try {
    const found = await patience.whenNotBusy(() => look(connection))
    const path = await patience.whenNotBusy(() => fileOf(connection))
    if (path !== null && found.version === null) await checkShortFile(path, (await stat(path)).size)
    if (path !== null) await patience.whenNotBusy(() => checkLastPage(connection, path))
    return found
  } catch (error) {
    throw await explained(error, connection.location)
  }
}
