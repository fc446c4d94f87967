/** What a JSON column can hold. An integer beyond 2^53 is a `bigint`, so that no digit is lost. */
export type JsonValue = null | boolean | number | bigint | string | JsonArray | JsonObject

/** A JSON array. An interface, because TypeORM's mapped types expand an array type written in place without end. */
export interface JsonArray extends ReadonlyArray<JsonValue> {}

/** A JSON object: own enumerable string keys of a plain object. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}
