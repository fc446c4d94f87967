import { describe, InvalidValueError } from './errors.js'

/** The three ways in which the format writes JSON. */
interface Layout {
  readonly itemSeparator: string
  readonly keySeparator: string
  readonly sortKeys: boolean
  readonly ascii: boolean
}

/** Python's `json.dumps` default: JSON columns. */
export const COLUMN_LAYOUT: Layout = { itemSeparator: ', ', keySeparator: ': ', sortKeys: false, ascii: true }
/** Sorted keys, raw Unicode, spaced: `blobs.payload_json`. */
export const PAYLOAD_LAYOUT: Layout = {
  itemSeparator: ', ',
  keySeparator: ': ',
  sortKeys: true,
  ascii: false,
}
/** Sorted keys, raw Unicode, no white space: what is hashed. */
export const CANONICAL_LAYOUT: Layout = {
  itemSeparator: ',',
  keySeparator: ':',
  sortKeys: true,
  ascii: false,
}

/** Python's reader gives up near 1,000 levels, so a deeper value could be written but not read there. */
const DEEPEST = 500

/**
 * Writes a value as JSON text; every refusal comes before the text exists.
 *
 * @throws {@link InvalidValueError} naming the place of what JSON cannot hold exactly: `undefined`, functions, symbols,
 * NaN and infinities, lone surrogates, instances of classes, holes in arrays, more than 500 levels, cycles
 */
export function writeJson(value: unknown, layout: Layout): string {
  const path: (string | number)[] = []
  try {
    return write(value, layout, path)
  } catch (error) {
    if (error instanceof InvalidValueError) throw error
    throw new InvalidValueError(pathText(path), 'a value that throws when it is read', 'plain JSON', {
      cause: error,
    })
  }
}

function write(value: unknown, layout: Layout, path: (string | number)[]): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, layout, path)
    case 'number':
      return writeNumber(value, path)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return value.toString()
    case 'object':
      if (value === null) return 'null'
      if (path.length >= DEEPEST) return refuse(path, `nesting beyond ${DEEPEST} levels, or a cycle`)
      return Array.isArray(value) ? writeArray(value, layout, path) : writeObject(value, layout, path)
    default:
      return refuse(path, describe(value))
  }
}

/** Short text of which no layout escapes anything: most keys and many values. A long one is quoted faster than looked at. */
const ORDINARY = /^[ !#-[\]-~]{0,64}$/

function writeString(text: string, layout: Layout, path: readonly (string | number)[]): string {
  if (ORDINARY.test(text)) return `"${text}"`
  if (!text.isWellFormed()) return refuse(path, `a lone surrogate in ${describe(text)}`)
  // JSON.stringify writes the short escapes and lower-case \u00xx that Python writes.
  const quoted = JSON.stringify(text)
  return layout.ascii ? quoted.replace(NOT_PRINTABLE_ASCII, escapeUnit) : quoted
}

const NOT_PRINTABLE_ASCII = /[\u007f-\uffff]/g

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function writeNumber(value: number, path: readonly (string | number)[]): string {
  if (!Number.isFinite(value)) return refuse(path, String(value))
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value)
}

/**
 * A double as Python writes it (`float.__repr__`): the shortest digits, positional from 1e-4 to below 1e16 and then
 * always with a point, so that a large double never reads back as an integer.
 */
function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (size >= 1e-4 && size < 1e16) {
    const text = String(value)
    return Number.isInteger(value) ? `${text}.0` : text
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return `${mantissa}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`
}

function writeArray(values: readonly unknown[], layout: Layout, path: (string | number)[]): string {
  const depth = path.length
  const parts = new Array<string>(values.length)
  for (let index = 0; index < values.length; index++) {
    path[depth] = index
    parts[index] = write(values[index], layout, path)
  }
  path.length = depth
  return `[${parts.join(layout.itemSeparator)}]`
}

function writeObject(value: object, layout: Layout, path: (string | number)[]): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return refuse(path, describe(value))
  const keys = Object.keys(value)
  if (layout.sortKeys) keys.sort(compareCodePoints)
  const depth = path.length
  let fields = ''
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string
    path[depth] = key
    const name = writeString(key, layout, path)
    const item = write((value as Readonly<Record<string, unknown>>)[key], layout, path)
    fields += `${index === 0 ? '' : layout.itemSeparator}${name}${layout.keySeparator}${item}`
  }
  path.length = depth
  return `{${fields}}`
}

/** Orders text by code point, as Python does; JavaScript's own order is by UTF-16 unit and puts U+FF5E before 😀. */
function compareCodePoints(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length)
  for (let index = 0; index < shorter; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1
  }
  return left.length - right.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

function refuse(path: readonly (string | number)[], found: string): never {
  throw new InvalidValueError(pathText(path), found, 'a value that JSON holds exactly')
}

function pathText(path: readonly (string | number)[]): string {
  const shown = path
    .slice(0, 12)
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step.slice(0, 40)}`))
  return `$${shown.join('')}${path.length > shown.length ? '…' : ''}`
}
