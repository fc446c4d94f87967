import { types } from 'node:util'
import { readingInput } from './input.js'

/** An object of a caller's whose fields are still to be copied. */
type Open = readonly [original: object, copy: object]

/**
 * A copy of what a caller hands over: the turn to use it may come when its owner has changed it. Lists, plain objects and
 * dates are copied, each field read once; anything else is handed on, to be taken or refused where it is used.
 *
 * @throws {@link InvalidInputError} where reading it throws
 */
export function snapshot<Value>(what: string, value: Value): Value {
  return readingInput(what, () => copyOf(value) as Value)
}

/** Without recursion: it may be of any depth. What is in itself becomes a copy in itself, refused later like any circle. */
function copyOf(value: unknown): unknown {
  const copies = new Map<object, object>()
  const open: Open[] = []
  const begin = (item: unknown): unknown => {
    if (types.isDate(item)) return new Date(Date.prototype.getTime.call(item))
    if (!isCopied(item)) return item
    const known = copies.get(item)
    if (known !== undefined) return known
    const copy = Array.isArray(item) ? [] : {}
    copies.set(item, copy)
    open.push([item, copy])
    return copy
  }
  const top = begin(value)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [original, copy] = next
    // A list may have holes, which are refused later.
    if (Array.isArray(original) && Array.isArray(copy)) copy.length = original.length
    for (const [key, item] of Object.entries(original)) {
      const taken = begin(item)
      Object.defineProperty(copy, key, { value: taken, enumerable: true, configurable: true, writable: true })
    }
  }
  return top
}

function isCopied(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}
