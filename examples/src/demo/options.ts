import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Failure } from './failure.js'

/** What the command line asks for. Paths come twice: to open, and as the user typed them. */
export interface Options {
  readonly input: NamedPath
  readonly database: NamedPath
  /** The most tokens that a context may hold before its oldest turns are compressed. */
  readonly budget: number
  /** The conversation that the last screen is about; the longest unless given. */
  readonly conversation: string | undefined
  /** The assistant turn that is asked about, from 1; the first after the last compression unless given. */
  readonly turn: number | undefined
  /** The file to draw that conversation's history into. */
  readonly picture: NamedPath | undefined
  /** The arguments that lead to the same database again, as a shell takes them. */
  readonly sameAgain: string
}

export interface NamedPath {
  readonly path: string
  readonly name: string
}

/** What a context may hold unless told otherwise: little, so that the sample shows several compressions. */
const DEFAULT_BUDGET = 1800
const SMALLEST_BUDGET = 100

export const USAGE = `Usage: npm run demo [-- [FILE.jsonl] [options]]

Records conversations as tracts: every message a commit, every model call a compile record,
and the oldest turns compressed whenever the context passes a token budget.

  FILE.jsonl           one JSON object a line, with "messages" in the OpenAI chat format and,
                       if you like, an "id"; default: the sample conversations
  --db FILE            the database to write into; default: tract-demo.db in this folder.
                       An existing tract database is continued (an older one migrated, after
                       a backup), and what it holds already is skipped; any other file is refused
  --budget TOKENS      the most a context may hold; default: ${DEFAULT_BUDGET}
  --conversation ID    the conversation to look into at the end; default: the longest
  --turn N             the assistant turn to ask about; default: the first after the last compression
  --picture FILE       draw that conversation's history into a new file: Mermaid, or Graphviz's
                       language where its name ends with .dot
  --help               this text`

const SAMPLE = fileURLToPath(new URL('../../conversations/sample.jsonl', import.meta.url))

/**
 * Reads the command line.
 *
 * @param folder what relative paths start from
 * @returns `null` where only the usage was asked for
 * @throws {@link Failure} with exit code 2
 */
export function readOptions(args: readonly string[], folder: string): Options | null {
  const { values, positionals } = parse(args)
  if (values.help === true) return null
  if (positionals.length > 1) throw misuse(`one FILE at a time, found ${positionals.length}`)
  const [file] = positionals
  const input =
    file === undefined ? { path: SAMPLE, name: 'the sample conversations' } : named(file, folder, 'FILE')
  const database = named(values.db ?? 'tract-demo.db', folder, '--db')
  if (input.path === database.path) throw misuse(`${input.name} is to be read, --db must be another file`)
  return {
    input,
    database,
    budget: wholeNumber('--budget', values.budget, SMALLEST_BUDGET) ?? DEFAULT_BUDGET,
    conversation: values.conversation,
    turn: wholeNumber('--turn', values.turn, 1),
    picture: values.picture === undefined ? undefined : named(values.picture, folder, '--picture'),
    sameAgain: [...positionals, ...(values.db === undefined ? [] : ['--db', values.db])]
      .map(quoted)
      .join(' '),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        db: { type: 'string' },
        budget: { type: 'string' },
        conversation: { type: 'string' },
        turn: { type: 'string' },
        picture: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/)
    throw misuse(sentence.charAt(0).toLowerCase() + sentence.slice(1))
  }
}

function named(name: string, folder: string, option: string): NamedPath {
  if (name === '' || name.includes('\0')) throw misuse(`${option} must name a file`)
  return { path: resolve(folder, name), name }
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number
  throw misuse(`${option} must be a whole number from ${least} up, found ${JSON.stringify(text)}`)
}

function misuse(message: string): Failure {
  return new Failure(`${message} (see npm run demo -- --help)`, 2)
}

/** An argument as a shell takes it. */
export function quoted(argument: string): string {
  return /^[\w./@:+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}
