import { groupAt, isToken, type Token } from './sql-tokens.js'

/** What may stand before a parenthesis without calling a function. */
const NO_CALL = new Set([
  ...['and', 'or', 'not', 'in', 'is', 'between', 'case', 'when', 'then', 'else', 'where', 'collate', 'cast'],
  ...['from', 'escape'],
])
/** Operators and names that stand for functions (https://www.sqlite.org/lang_expr.html). */
const CALLS = new Set(['like', 'glob', 'regexp', 'match', '->', '->>', 'select'])

/**
 * The functions of SQLite's own that make one value of their arguments and of the time, and reach nothing else: all that it
 * calls deterministic and innocuous (https://www.sqlite.org/c3ref/c_deterministic.html) but `sqlite_log`, which writes, and
 * `zeroblob`, for which a column of text has no use.
 */
export const HARMLESS: ReadonlySet<string> = new Set(
  [
    // https://www.sqlite.org/lang_corefunc.html
    'abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like likelihood likely lower ltrim max min',
    'nullif octet_length printf quote replace round rtrim sign soundex substr substring subtype trim typeof unhex unicode',
    'unistr unistr_quote unlikely upper',
    // https://www.sqlite.org/lang_mathfunc.html
    'acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power radians',
    'sin sinh sqrt tan tanh trunc',
    // https://www.sqlite.org/lang_datefunc.html
    'date datetime julianday strftime time timediff unixepoch',
    // https://www.sqlite.org/json1.html
    '-> ->> json json_array json_array_insert json_array_length json_error_position json_extract json_insert json_object',
    'json_patch json_pretty json_quote json_remove json_replace json_set json_type json_valid jsonb jsonb_array',
    'jsonb_array_insert jsonb_extract jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set',
  ].flatMap((names) => names.split(' ')),
)

/** Whether an expression calls a function other than those allowed, by its name or by an operator that stands for one. */
export function callsFunction(
  expression: readonly Token[],
  allowed: ReadonlySet<string> = new Set(),
): boolean {
  return expression.some((token, index) => {
    if (token.kind === 'text' || token.kind === 'number' || allowed.has(token.text)) return false
    if (token.kind !== 'name' && CALLS.has(token.text)) return true
    if (token.kind === 'symbol' || !isToken(expression[index + 1], '(')) return false
    return (token.kind === 'name' || !NO_CALL.has(token.text)) && !isType(expression, index)
  })
}

/**
 * Says of groups in parentheses, asked for from left to right, whether they call a function other than those allowed. What
 * stands inside of one that was judged is not judged again: a text of nothing but groups would take for ever.
 */
export function groupJudge(
  tokens: readonly Token[],
  allowed?: ReadonlySet<string>,
): (open: number) => boolean {
  let end = 0
  return (open) => {
    if (open < end) return false
    const group = groupAt(tokens, open)
    end = open + group.length + 1
    return callsFunction(group, allowed)
  }
}

/** Whether a name is of a type, as in `CAST(a AS DECIMAL(10, 2))`: nothing but names stands between it and AS. */
function isType(expression: readonly Token[], index: number): boolean {
  let before = index - 1
  while (before >= 0 && expression[before]?.kind !== 'symbol' && !isToken(expression[before], 'as')) before--
  return isToken(expression[before], 'as')
}
