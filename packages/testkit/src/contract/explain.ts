import { stripVTControlCharacters } from 'node:util'
import type { TestContext } from 'vitest'

const MOST_LINES = 6
/** How Vitest's messages show that they leave out parts of a value. */
const SHORTENED = /…|Array\(|Object \(/

type Task = TestContext['task']

/** Puts the rule that a failed test states before what was expected and what was found. */
export function explain(task: Task): void {
  const rule = ruleOf(task)
  for (const error of task.result?.errors ?? []) {
    const { message } = error
    const isJudgement = error.name === 'AssertionError' || /expected/i.test(message)
    const found = isJudgement
      ? message + differenceOf(error)
      : `expected this to hold, found ${error.name}: ${message}`
    error.message = `the rule is broken that says:\n  ${rule}\n${found}`
    // What prints no message of its own prints the first lines of the stack.
    if (error.stack !== undefined) error.stack = error.stack.replace(message, () => error.message)
  }
}

/** The titles around a test, without the file's own and that of the contract, and its own. */
function ruleOf(task: Task): string {
  const titles = [task.name]
  for (let suite = task.suite; suite?.suite !== undefined; suite = suite.suite) titles.unshift(suite.name)
  return titles.join(': ')
}

/** The first lines in which values differ that a message shortens: not every report prints them. */
function differenceOf({ message, diff = '' }: { readonly message: string; readonly diff?: string }): string {
  if (!SHORTENED.test(message)) return ''
  const lines = stripVTControlCharacters(diff).split('\n')
  const differing = lines.filter((line) => /^[-+] (?!Expected|Received)/.test(line)).slice(0, MOST_LINES)
  const told = differing.map(
    (line) => `${line.startsWith('-') ? 'expected' : 'found   '} ${line.slice(1).trim()}`,
  )
  return told.length === 0 ? '' : `, and where they differ:\n  ${told.join('\n  ')}`
}
