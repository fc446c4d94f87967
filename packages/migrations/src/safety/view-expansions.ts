import { isToken, lower, type Token } from './sql-tokens.js'

/** A token, or what stands between a parenthesis and the one that closes it. */
type Piece = Token | readonly Piece[]

/** The common table expressions that a statement sees: those of its own WITH before those around it. */
interface Scope {
  readonly parts: ReadonlyMap<string, Part>
  readonly outer: Scope | null
}

/** A common table expression, with what it sees. */
interface Part {
  readonly body: readonly Piece[]
  readonly scope: Scope
  /** How many views and parts it is made of, once that is known. */
  count?: number
}

/** Words that end the tables of a SELECT. All are reserved: nothing else can bear them bare. */
const ENDS = ['select', 'where', 'group', 'having', 'order', 'limit', 'union', 'intersect', 'except']

/**
 * Counts the views and common table expressions that SQLite puts in where it reads a view.
 *
 * @param tokens - the text of the view
 * @param most - where counting ends, of levels too; what is above it is only known to be so
 * @param countView - the count of another view, by its name and how deep it stands; 0 for what is none
 */
export function countExpansions(
  tokens: readonly Token[],
  depth: number,
  most: number,
  countView: (name: string, depth: number) => number,
): number {
  const countIn = (body: readonly Piece[], outer: Scope | null, isFrom: boolean, level: number): number => {
    if (level > most) return Number.POSITIVE_INFINITY
    const scope = scopeOf(body, outer)
    let count = 0
    for (const place of placesIn(scope === outer ? body : body.slice(startOf(body)), isFrom)) {
      if (count > most) break
      if (place.kind === 'group') {
        count += countIn(place.body, scope, place.isFrom, level + 1)
        continue
      }
      const part = place.isQualified ? undefined : partIn(scope, place.name)
      count += part === undefined ? countView(place.name, level + 1) : 1 + countPart(part, level + 1)
    }
    return count
  }
  const countPart = (part: Part, level: number): number => {
    if (part.count === undefined) {
      // One that reads itself is a recursive one: SQLite puts it in once.
      part.count = 0
      part.count = countIn(part.body, part.scope, false, level)
    }
    return part.count
  }
  const pieces = piecesOf(tokens)
  return countIn(pieces.slice(pieces.findIndex((piece) => isWord(piece, 'as')) + 1), null, false, depth)
}

function piecesOf(tokens: readonly Token[]): readonly Piece[] {
  const root: Piece[] = []
  const open = [root]
  for (const token of tokens) {
    const innermost = open.at(-1) ?? root
    if (isToken(token, '(')) {
      const group: Piece[] = []
      innermost.push(group)
      open.push(group)
    } else if (isToken(token, ')')) {
      open.pop()
    } else {
      innermost.push(token)
    }
  }
  return root
}

function isWord(piece: Piece | undefined, text: string): boolean {
  return piece !== undefined && 'kind' in piece && isToken(piece, text)
}

function isName(piece: Piece | undefined): piece is Token {
  return piece !== undefined && 'kind' in piece && piece.kind !== 'symbol' && piece.kind !== 'number'
}

/** Where the statement behind a WITH begins. */
function startOf(body: readonly Piece[]): number {
  return body.findIndex((piece) => isWord(piece, 'select') || isWord(piece, 'values'))
}

/** What a statement sees, which is what the one around it sees unless it has a WITH. */
function scopeOf(body: readonly Piece[], outer: Scope | null): Scope | null {
  const end = startOf(body)
  if (end < 0 || !isWord(body[0], 'with')) return outer
  const parts = new Map<string, Part>()
  const scope = { parts, outer }
  let name = isWord(body[1], 'recursive') ? body[2] : body[1]
  for (let index = 1; index < end; index++) {
    const isLast = index === end - 1 || isWord(body[index + 1], ',')
    const piece = body[index]
    if (!isLast || piece === undefined) continue
    if (isName(name) && !('kind' in piece)) parts.set(lower(name.text), { body: piece, scope })
    name = body[index + 2]
  }
  return scope
}

function partIn(scope: Scope | null, name: string): Part | undefined {
  for (let seen = scope; seen !== null; seen = seen.outer) {
    const part = seen.parts.get(name)
    if (part !== undefined) return part
  }
  return undefined
}

type Place =
  | { readonly kind: 'group'; readonly body: readonly Piece[]; readonly isFrom: boolean }
  | { readonly kind: 'table'; readonly name: string; readonly isQualified: boolean }

/** The names in the place of a table: behind FROM, JOIN and IN, and behind the commas of a FROM; and what is in parentheses. */
function* placesIn(pieces: readonly Piece[], isFrom: boolean): Generator<Place> {
  let inFrom = isFrom
  let expected: 'table' | 'member' | null = isFrom ? 'table' : null
  let isQualified = false
  for (const [index, piece] of pieces.entries()) {
    if (!('kind' in piece)) {
      yield { kind: 'group', body: piece, isFrom: expected === 'table' }
      expected = null
    } else if (isToken(piece, 'from') || isToken(piece, 'join')) {
      // `a IS DISTINCT FROM b` compares.
      if (isWord(pieces[index - 1], 'distinct')) continue
      inFrom = true
      expected = 'table'
    } else if (isToken(piece, 'in')) {
      expected = 'member'
    } else if (ENDS.some((word) => isToken(piece, word))) {
      inFrom = false
      expected = null
    } else if (isToken(piece, ',')) {
      expected = inFrom ? 'table' : null
    } else if (expected !== null && isName(piece)) {
      const isSchema = isWord(pieces[index + 1], '.')
      if (!isSchema) {
        yield { kind: 'table', name: lower(piece.text), isQualified }
        expected = null
      }
      isQualified = isSchema
    }
  }
}
