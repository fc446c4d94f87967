import type { ConfigCondition } from '@tract/repositories'
import { canonicalJson, type JsonValue } from '@tract/schema'
import { compareText } from './rules.js'

/** Whether a generation config meets all conditions. */
export function meetsAll(config: JsonValue, conditions: readonly ConfigCondition[]): boolean {
  return conditions.every((condition) => {
    const fields = new Map(isObject(config) ? Object.entries(config) : [])
    const found = fields.get(condition.field)
    return found !== undefined && meets(found, condition)
  })
}

function meets(found: JsonValue, { operator, value }: ConfigCondition): boolean {
  if (operator === 'in') return value.some((item) => isEqual(found, item))
  if (operator === '=') return isEqual(found, value)
  if (operator === '!=') return !isEqual(found, value)
  const order = orderOf(found, value)
  if (order === null) return false
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

function isEqual(left: JsonValue, right: JsonValue): boolean {
  // The canonical text of -0 is -0.0, and as a JSON number it equals 0.
  return orderOf(left, right) === 0 || canonicalJson(left) === canonicalJson(right)
}

/** Numbers have an order among themselves, and so have strings. */
function orderOf(left: JsonValue, right: JsonValue): number | null {
  if (isNumber(left) && isNumber(right)) return left < right ? -1 : left > right ? 1 : 0
  return typeof left === 'string' && typeof right === 'string' ? compareText(left, right) : null
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
