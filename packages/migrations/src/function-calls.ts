import { isToken, type Token } from './sql-tokens.js'

/** What may stand before a parenthesis without calling a function. */
const NO_CALL = new Set([
  ...['and', 'or', 'not', 'in', 'is', 'between', 'case', 'when', 'then', 'else', 'where', 'collate', 'cast'],
])
/** Operators and names that stand for functions (https://www.sqlite.org/lang_expr.html). */
const CALLS = new Set(['like', 'glob', 'regexp', 'match', '->', '->>', 'select'])

/**
 * Functions of SQLite's own that give the same for the same, whatever a file holds, and reach nothing but their arguments
 * (https://www.sqlite.org/lang_corefunc.html).
 */
export const HARMLESS: ReadonlySet<string> = new Set([
  ...[
    'abs',
    'coalesce',
    'format',
    'hex',
    'ifnull',
    'iif',
    'instr',
    'length',
    'lower',
    'max',
    'min',
    'nullif',
  ],
  ...['printf', 'replace', 'round', 'substr', 'trim', 'typeof', 'upper'],
  ...['date', 'datetime', 'julianday', 'strftime', 'time', 'unixepoch'],
  ...['json_extract', 'json_type', 'json_valid', '->', '->>'],
])

/** Whether an expression calls a function other than those allowed, by its name or by an operator that stands for one. */
export function callsFunction(
  expression: readonly Token[],
  allowed: ReadonlySet<string> = new Set(),
): boolean {
  return expression.some((token, index) => {
    if (token.kind === 'text' || token.kind === 'number' || allowed.has(token.text)) return false
    if (token.kind !== 'name' && CALLS.has(token.text)) return true
    if (token.kind === 'symbol' || !isToken(expression[index + 1], '(')) return false
    return token.kind === 'name' || !NO_CALL.has(token.text)
  })
}
