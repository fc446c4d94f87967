import type { JsonObject, JsonValue } from '@tract/schema'
import fc from 'fast-check'

/** Any text that has a UTF-8 form. */
export const text = fc.string({ unit: 'binary' })

/** Any number that a JSON column holds exactly: doubles, and integers of any size. */
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt().filter((value) => value > 2n ** 53n || value < -(2n ** 53n)),
)

const tree = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}))

export const jsonValue = tree.value
export const jsonObject = tree.object

/** Any moment of the years 0001 to 9999, in microseconds since 1970. */
export const microseconds = fc.bigInt({
  min: BigInt(Date.parse('0001-01-01T00:00:00Z')) * 1000n,
  max: BigInt(Date.parse('9999-12-31T23:59:59.999Z')) * 1000n + 999n,
})
