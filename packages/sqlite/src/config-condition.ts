import { type ConfigCondition, InvalidInputError } from '@tract/repositories'
import type { JsonValue } from '@tract/schema'
import { checkText, describe, readingInput, readOptions } from './input.js'

const FIELDS = new Set(['field', 'operator', 'value'])
const OPERATORS = new Set<unknown>(['=', '!=', '>', '<', '>=', '<=', 'in'])

/**
 * A copy of a caller's conditions.
 *
 * @throws {@link InvalidInputError} for what is no list of conditions, and for an operator that does not exist
 */
export function readConditions(conditions: readonly ConfigCondition[]): readonly ConfigCondition[] {
  return readingInput('conditions', () => {
    if (!Array.isArray(conditions)) {
      throw new InvalidInputError('conditions', describe(conditions), 'an array of conditions')
    }
    return conditions.map((condition: ConfigCondition, index) =>
      readCondition(`conditions[${index}]`, condition),
    )
  })
}

function readCondition(place: string, given: ConfigCondition): ConfigCondition {
  const condition = readOptions(place, given, FIELDS)
  checkText(`${place}.field`, condition.field)
  const { operator, value } = condition
  if (!OPERATORS.has(operator)) {
    throw new InvalidInputError(`${place}.operator`, describe(operator), `one of ${[...OPERATORS].join(' ')}`)
  }
  if (value === undefined) throw new InvalidInputError(`${place}.value`, 'undefined', 'a JSON value')
  if (operator === 'in' && !Array.isArray(value)) {
    throw new InvalidInputError(`${place}.value`, describe(value), 'an array of values')
  }
  return structuredClone(condition) as ConfigCondition
}

/** Whether a generation config meets all conditions; what is no object meets none that asks for a field. */
export function meetsConditions(config: JsonValue, conditions: readonly ConfigCondition[]): boolean {
  return conditions.every((condition) => {
    if (typeof config !== 'object' || config === null || Array.isArray(config)) return false
    if (!Object.hasOwn(config, condition.field)) return false
    return meets((config as Readonly<Record<string, JsonValue>>)[condition.field] ?? null, condition)
  })
}

function meets(found: JsonValue, condition: ConfigCondition): boolean {
  switch (condition.operator) {
    case '=':
      return isEqual(found, condition.value)
    case '!=':
      return !isEqual(found, condition.value)
    case 'in':
      return condition.value.some((value) => isEqual(found, value))
    default: {
      const order = compare(found, condition.value)
      if (order === null) return false
      if (condition.operator === '>') return order > 0
      if (condition.operator === '<') return order < 0
      return condition.operator === '>=' ? order >= 0 : order <= 0
    }
  }
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** Equality of JSON values; the order of an object's keys means nothing. */
function isEqual(left: JsonValue, right: JsonValue): boolean {
  // A bigint and a number are both JSON numbers, and JavaScript compares them by exact value.
  // biome-ignore lint/suspicious/noDoubleEquals: `===` never holds between a bigint and a number
  if (isNumber(left) && isNumber(right)) return left == right
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index] ?? null))
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left)
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key] ?? null, right[key] ?? null))
    )
  }
  return left === right
}

function isObject(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The order of two numbers or of two strings (by code point); `null` for anything else. */
function compare(left: JsonValue, right: JsonValue): number | null {
  if (isNumber(left) && isNumber(right)) {
    if (left < right) return -1
    if (left > right) return 1
    // biome-ignore lint/suspicious/noDoubleEquals: as above; NaN has no order
    return left == right ? 0 : null
  }
  if (typeof left !== 'string' || typeof right !== 'string') return null
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
