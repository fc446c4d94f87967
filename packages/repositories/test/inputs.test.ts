import type {
  AnnotationInput,
  BlobInput,
  CommitInput,
  CommitUnitInput,
  CompileRecordInput,
  CompileRecordUnitInput,
  OperationEventInput,
  OperationEventUnitInput,
  PolicyLogInput,
  PolicyProposalInput,
  SpawnPointerInput,
} from '@tract/repositories'
import type {
  AnnotationRow,
  BlobRow,
  CommitRow,
  CompileRecordRow,
  JsonObject,
  OperationEventRow,
  PolicyLogRow,
  PolicyProposalRow,
  SpawnPointerRow,
  Timestamp,
} from '@tract/schema'
import { expectTypeOf, it } from 'vitest'

// The compiler is what tests here: a field that one side has and the other lacks, or has otherwise, does not compile.

/** What a caller may write where a row holds the value. */
type Written<Value> = JsonObject extends Value
  ? JsonObject | null
  : [Known<Value>] extends [never]
    ? string extends Value
      ? Value
      : Value | (Timestamp extends Value ? Date : never)
    : Known<Value> | Extract<Value, null>

/** An enumeration's own values: a row may hold others, which a newer writer left; a caller may not write them. */
type Known<Value> = Value extends string
  ? string extends Value
    ? never
    : Value extends Timestamp
      ? never
      : Value
  : never

type NullableKeys<Row> = { [Key in keyof Row]: null extends Row[Key] ? Key : never }[keyof Row]

/**
 * The input of a row by the rules of the contract: nullable fields, those with a default and ids that the database
 * gives may be left out.
 */
type InputOf<Row, WithDefault extends keyof Row> = {
  readonly [Key in Exclude<keyof Row, WithDefault | NullableKeys<Row> | 'id'>]: Written<Row[Key]>
} & {
  readonly [Key in Extract<keyof Row, WithDefault | NullableKeys<Row> | 'id'>]?: Written<Row[Key]>
}

/** One object type in place of an intersection, so that two can be compared. */
type Flat<Type> = { [Key in keyof Type]: Type[Key] }

it('each input is its row with what has a default left out', () => {
  expectTypeOf<BlobInput>().toEqualTypeOf<Flat<InputOf<BlobRow, 'createdAt'>>>()
  expectTypeOf<CommitInput>().toEqualTypeOf<Flat<InputOf<CommitRow, 'createdAt'>>>()
  expectTypeOf<AnnotationInput>().toEqualTypeOf<Flat<InputOf<AnnotationRow, 'createdAt'>>>()
  expectTypeOf<OperationEventInput>().toEqualTypeOf<
    Flat<InputOf<OperationEventRow, 'createdAt' | 'originalTokens' | 'compressedTokens'>>
  >()
  expectTypeOf<CompileRecordInput>().toEqualTypeOf<Flat<InputOf<CompileRecordRow, 'createdAt'>>>()
  expectTypeOf<SpawnPointerInput>().toEqualTypeOf<Flat<InputOf<SpawnPointerRow, 'createdAt'>>>()
  expectTypeOf<PolicyProposalInput>().toEqualTypeOf<
    Flat<InputOf<PolicyProposalRow, 'createdAt' | 'status'>>
  >()
  expectTypeOf<PolicyLogInput>().toEqualTypeOf<Flat<InputOf<PolicyLogRow, 'createdAt'>>>()
})

it('a whole unit is its input with the lists of its commits', () => {
  expectTypeOf<Omit<OperationEventUnitInput, 'sources' | 'results'>>().toEqualTypeOf<
    Flat<Omit<OperationEventInput, never>>
  >()
  expectTypeOf<Omit<CompileRecordUnitInput, 'effectives' | 'commitCount'>>().toEqualTypeOf<
    Flat<Omit<CompileRecordInput, 'commitCount'>>
  >()
  expectTypeOf<Omit<CommitUnitInput, 'blob' | 'refName' | 'expected' | 'contentHash'>>().toEqualTypeOf<
    Flat<Omit<CommitInput, 'contentHash'>>
  >()
  expectTypeOf<CommitUnitInput['blob']>().toEqualTypeOf<BlobInput>()
  expectTypeOf<CompileRecordUnitInput['commitCount']>().toEqualTypeOf<number | undefined>()
})
