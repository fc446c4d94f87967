/** An input with a value for every field, times as Timestamps: it equals the row that is stored, but for generated ids. */
export type Complete<Input> = { -readonly [Field in keyof Input]-?: Exclude<Input[Field], undefined | Date> }
