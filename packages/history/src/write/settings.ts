import { type Render, renderMessages } from '../context.js'
import { checkFunction, checkOptional, checkOptionalText, checkWord, readOptions } from '../input.js'

/** How a history writes. */
export interface HistoryOptions {
  /**
   * The branch to write on and read from. Without it, where HEAD is, which the first commit of a tract attaches to its
   * branch: `main`, unless that was written here.
   */
  readonly branch?: string
  /**
   * What happens when somebody else moved the branch since this history last saw it: `retry` (unless given) goes on from
   * the new head, `throw` throws a `RefConflictError`. A history sees its branch when it moves it, and whenever the caller
   * looks by `head()`, `context()` without a commit, or `recordCompile()` without a context: what the caller was shown is
   * no conflict. Before the first look or write anything is taken as it is.
   */
  readonly onConflict?: 'retry' | 'throw'
  /** Counts the tokens of what a model reads. A quarter of the characters, rounded up, unless given. */
  readonly countTokens?: (text: string) => number
  /** The name of that counter in compile records; `approx4` unless given. */
  readonly tokenSource?: string
  /** Makes the messages that are sent of a context's entries; `{ role, content, name? }` unless given. */
  readonly render?: Render
}

export interface Settings {
  readonly branch: string | undefined
  readonly onConflict: 'retry' | 'throw'
  readonly countTokens: (text: string) => number
  readonly tokenSource: string
  readonly render: Render
}

const CHARACTERS_PER_TOKEN = 4
const OPTIONS = ['branch', 'onConflict', 'countTokens', 'tokenSource', 'render'] as const

/** @throws {@link InvalidInputError} for an unknown option, or one of another type */
export function settingsOf(options: HistoryOptions): Settings {
  const {
    branch,
    onConflict = 'retry',
    countTokens = (text: string) => Math.ceil([...text].length / CHARACTERS_PER_TOKEN),
    tokenSource = 'approx4',
    render = renderMessages,
  } = readOptions('options', options, OPTIONS)
  checkOptional(
    'options.branch',
    branch,
    (name) => typeof name === 'string' && name !== '',
    'the name of a branch',
  )
  checkWord('options.onConflict', onConflict, ['retry', 'throw'])
  checkFunction('options.countTokens', countTokens)
  checkOptionalText('options.tokenSource', tokenSource)
  checkFunction('options.render', render)
  return { branch, onConflict, countTokens, tokenSource, render }
}
