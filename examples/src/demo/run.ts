import { basename } from 'node:path'
import type { SqliteStore } from '@tract/sqlite'
import { printAnswers } from './answers.js'
import { sizeOf } from './conversations.js'
import { openDatabase, storeFailure } from './database.js'
import { writeDiagram } from './diagram.js'
import { Failure } from './failure.js'
import { type Options, quoted } from './options.js'
import { Progress } from './progress.js'
import { type Recording, recordFile } from './recording.js'
import { nameOf, printConversations } from './report.js'
import type { Screen } from './screen.js'
import { count, countOf } from './text.js'
import { TOKEN_SOURCE } from './tokens.js'

/**
 * Records the conversations of a file and prints what the database then says of them.
 *
 * @param signal ends the recording between two messages
 * @throws Failure for everything the user can do something about
 */
export async function run(
  options: Options,
  screen: Screen,
  stderr: NodeJS.WriteStream,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  const progress = new Progress(stderr, await sizeOf(options.input))
  let store: SqliteStore | undefined
  const open = async () => {
    store ??= await openDatabase(options.database)
    return store
  }
  try {
    const recording = await recordFile(options, open, progress, signal)
    progress.end()
    await print(options, screen, await open(), recording, performance.now() - startedAt)
  } catch (error) {
    throw storeFailure(options.database.name, error)
  } finally {
    progress.end()
    await store?.close()
  }
}

async function print(
  { input, database, budget, turn, picture, sameAgain }: Options,
  screen: Screen,
  store: SqliteStore,
  { rows, chosen, added, found }: Recording,
  milliseconds: number,
): Promise<void> {
  const seconds = (milliseconds / 1000).toFixed(1)
  screen.line(
    `${screen.heading('tract demo')}: ${input.name} into ${database.name}, at most ${count(budget)} tokens a context`,
  )
  const { migration } = store
  if (migration !== null) {
    const backup = migration.backup === null ? '' : `; it is kept as it was in ${basename(migration.backup)}`
    screen.line(`${database.name} was of version ${migration.from} and has been migrated${backup}.`)
  }
  const skipped =
    found === 0 ? '' : ` ${countOf(found, 'message')} ${found === 1 ? 'was' : 'were'} there already.`
  screen.line(
    `${countOf(added, 'message')} recorded in ${seconds} s, tokens counted by ${TOKEN_SOURCE}.${skipped}`,
  )
  screen.line()
  printConversations(screen, rows)
  screen.line()
  screen.line(screen.faint('─'.repeat(screen.columns)))
  if (!(await printAnswers(screen, store, chosen, turn)))
    throw new Failure(`${database.name}: not whole any more, see above`)
  screen.line()
  if (picture !== undefined) {
    await writeDiagram(store, chosen.tractId, picture)
    screen.line(`The history of ${nameOf(chosen)} is drawn in ${picture.name}.`)
  }
  const question = [sameAgain, '--conversation', quoted(chosen.id), '--turn 1'].join(' ').trim()
  if (chosen.turns.length > 0) screen.line(screen.faint(`Look closer: npm run demo -- ${question}`))
  screen.line(
    screen.faint('The summaries are made by a plain function here; an application calls its model for them.'),
  )
}
