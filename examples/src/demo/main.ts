import { Failure, hasCode } from './failure.js'
import { readOptions, USAGE } from './options.js'
import { screenOver } from './screen.js'

/** Runs the program. Returns its exit code; what went wrong is one line on the error stream. */
async function main(): Promise<number> {
  const interruption = new AbortController()
  process.once('SIGINT', () => interruption.abort())
  process.once('SIGTERM', () => interruption.abort())
  // Whoever reads the output may stop early, as `head` does; the recording goes on.
  process.stdout.on('error', (error) => {
    if (!hasCode(error, 'EPIPE')) throw error
  })
  try {
    // npm and pnpm start scripts in the package's folder; where the user stands is in INIT_CWD.
    const options = readOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd())
    if (options === null) {
      console.log(USAGE)
      return 0
    }
    // The store and the tokenizer take half a second to load; nobody waits for that to be told of a misspelt option.
    const { run } = await import('./run.js')
    await run(options, screenOver(process.stdout, process.env), process.stderr, interruption.signal)
    return 0
  } catch (error) {
    if (error instanceof Failure) {
      console.error(`demo: ${error.message}`)
      return error.exitCode
    }
    throw error
  }
}

process.exitCode = await main()
