/** What a JSON column can hold. An integer beyond 2^53 is a `bigint`, so that no digit is lost. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject

/** A JSON object: own enumerable string keys of a plain object. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}
