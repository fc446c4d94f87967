import { InsideTransactionError } from '@tract/repositories'
import type { DataSource } from 'typeorm'
import { takeBackup } from './backup.js'
import { Connection } from './connection.js'
import { LossyRollbackError, OlderSchemaVersionError, type RollbackLoss } from './errors.js'
import { checkForeignKeys } from './foreign-key-check.js'
import { checkDataSource, type RollbackOptions, readOptions } from './options.js'
import { holdsRows } from './rows.js'
import { Run } from './run.js'
import { withCare } from './settings.js'
import { OperationEvents } from './steps/005-to-006.js'
import { rollbackLosses } from './steps/006-to-005.js'
import { patientSurvey, survey } from './survey.js'
import { inTurn } from './turn.js'
import { writeVersion } from './version-row.js'

/** What a rollback did. */
export interface RollbackResult {
  readonly from: 6
  readonly to: 5
  /** The path of the copy taken before; `null` where none was. */
  readonly backup: string | null
  /** What was lost. */
  readonly losses: readonly RollbackLoss[]
}

/**
 * Takes a database of version 6 back to version 5, in one transaction: compress events become compressions again. Forwards
 * again the rows are the same, but that a parameter that was null is absent then.
 *
 * @throws {@link LossyRollbackError} where rows or values would be lost and `lossy` is not given,
 * {@link OlderSchemaVersionError} where the database is not of version 6, and the errors of {@link migrate}
 */
export async function rollback(
  dataSource: DataSource,
  options: RollbackOptions = {},
): Promise<RollbackResult> {
  checkDataSource(dataSource)
  const given = readOptions(options, ['backup', 'lossy', 'onProgress', 'signal', 'waitMs'])
  return inTurn(dataSource, () => {
    const connection = new Connection(dataSource)
    if (connection.inTransaction) throw new InsideTransactionError('rollback')
    return withCare(connection, () => rollBack(connection, given))
  })
}

async function rollBack(connection: Connection, options: RollbackOptions): Promise<RollbackResult> {
  const { backup: takesBackup = true, lossy = false } = options
  const run = new Run(connection, options)
  const { version } = await patientSurvey(connection, run.patience)
  if (version !== 6) throw new OlderSchemaVersionError(connection.location, version)
  const step = new OperationEvents(run)
  return run.withSettings(() =>
    run.inTransaction('006-to-005', async () => {
      const now = await survey(connection)
      if (now.version !== 6) throw new OlderSchemaVersionError(connection.location, now.version)
      const losses = await rollbackLosses(connection, run)
      if (losses.length > 0 && !lossy) throw new LossyRollbackError(connection.location, losses)
      const isNeeded = takesBackup && (await holdsRows(connection, now.structure))
      const report = (done: number, total: number) => run.tell('backup', null, done, total)
      const backup = isNeeded ? await takeBackup(connection, 6, report) : null
      await step.down(connection.runner)
      await checkForeignKeys(connection, run)
      await writeVersion(connection, 5)
      return { from: 6, to: 5, backup, losses }
    }),
  )
}
