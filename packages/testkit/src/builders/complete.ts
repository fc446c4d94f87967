/**
 * An input with a value for every field, times as Timestamps: it equals the row that is stored. An id that the database
 * gives stays open unless it is asked for.
 */
export type Complete<Input> = {
  -readonly [Field in Exclude<keyof Input, 'id'>]-?: Exclude<Input[Field], undefined | Date>
} & { id?: number }
