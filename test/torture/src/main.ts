import { type Options, readOptions, USAGE, UsageError } from './options.js'
import { outcomeLine, outcomeText } from './outcome-text.js'
import { runTrial } from './run-trial.js'
import { trials } from './trials/trials.js'

/** Runs the trials. Returns the exit code: 0 where everything held, 1 where something did not, 2 for wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(readOptions(args))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message}\n\n${USAGE}`)
    return 2
  }
}

async function run(options: Options): Promise<number> {
  const { seed, only, json } = options
  const wanted = trials.filter(({ name }) => isWanted(name, only))
  if (wanted.length === 0) {
    const names = trials.map(({ name }) => name).join(', ')
    throw new UsageError(`--only: found ${only.join(', ')}, expected a part of one of ${names}`)
  }
  process.stderr.write(`seed ${seed}\n`)
  const outcomes = []
  for (const trial of wanted) {
    const outcome = await runTrial(trial, options, (text) => process.stderr.write(`${trial.name}: ${text}\n`))
    outcomes.push(outcome)
    if (!json) process.stdout.write(`${outcomeText(outcome)}\n`)
  }
  const failed = outcomes.filter(({ broken }) => broken.length > 0)
  if (json) process.stdout.write(`${JSON.stringify({ seed, outcomes }, null, 2)}\n`)
  else process.stdout.write(`${outcomeLine(outcomes, seed)}\n`)
  return failed.length > 0 ? 1 : 0
}

/** A part that is the whole name of a trial means that one alone. */
function isWanted(name: string, only: readonly string[]): boolean {
  const isName = (part: string) => trials.some((trial) => trial.name === part)
  return only.length === 0 || only.some((part) => (isName(part) ? name === part : name.includes(part)))
}
