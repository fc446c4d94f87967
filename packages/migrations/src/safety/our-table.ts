import { groupJudge } from './function-calls.js'
import { isToken, lower, type Token } from './sql-tokens.js'

/** SQLite's names for the id of a row (https://www.sqlite.org/rowidtable.html): it reads a column that bears one instead. */
const ROW_ID_NAMES = new Set(['rowid', '_rowid_', 'oid'])

/** What in the text of a table of ours runs when it is written, or is not as the format has it. */
export function reasonInOurTable(tokens: readonly Token[]): string | null {
  for (const name of columnNames(tokens)) {
    if (ROW_ID_NAMES.has(name)) return `its column ${name} stands in the place of the row id`
  }
  const callsAt = groupJudge(tokens)
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]
    const calls = () => isToken(next, '(') && callsAt(index + 1)
    if (isToken(token, 'check') && calls()) return 'its CHECK calls a function'
    if (isToken(token, 'default') && calls()) return 'its DEFAULT calls a function'
    if (isToken(token, 'as') && isToken(next, '(')) return 'it has a computed column'
    if (isToken(token, 'on') && isToken(next, 'conflict')) return 'it settles conflicts by itself'
    if (isToken(token, 'without') && isToken(next, 'rowid')) return 'its rows have no id'
    if (isToken(token, 'collate') && next?.text !== 'binary') return `it compares text by ${next?.text}`
  }
  return null
}

/** The words that begin the definitions of a table: names of columns, and those of constraints, which are reserved. */
function* columnNames(tokens: readonly Token[]): Generator<string, void, undefined> {
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1]
    if (depth === 1 && (isToken(before, '(') || isToken(before, ','))) yield lower(token.text)
    if (isToken(token, '(')) depth++
    if (isToken(token, ')')) depth--
  }
}
