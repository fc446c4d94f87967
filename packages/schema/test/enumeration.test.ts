import {
  CommitOperation,
  enumerationCodec,
  InheritanceMode,
  InvalidValueError,
  OperationCommitRole,
  OperationEventType,
  PolicyOutcome,
  PolicyTrigger,
  Priority,
  ProposalStatus,
} from '@tract/schema'
import { describe, expect, it } from 'vitest'

describe.each([
  { name: 'CommitOperation', values: CommitOperation, upper: true, expected: ['append', 'edit'] },
  { name: 'Priority', values: Priority, upper: true, expected: ['skip', 'normal', 'pinned'] },
  {
    name: 'OperationEventType',
    values: OperationEventType,
    upper: false,
    expected: ['compress', 'reorganize', 'import'],
  },
  { name: 'OperationCommitRole', values: OperationCommitRole, upper: false, expected: ['source', 'result'] },
  {
    name: 'InheritanceMode',
    values: InheritanceMode,
    upper: false,
    expected: ['full_clone', 'head_snapshot', 'selective'],
  },
  {
    name: 'ProposalStatus',
    values: ProposalStatus,
    upper: false,
    expected: ['pending', 'approved', 'rejected', 'expired', 'executed'],
  },
  { name: 'PolicyTrigger', values: PolicyTrigger, upper: false, expected: ['compile', 'commit'] },
  {
    name: 'PolicyOutcome',
    values: PolicyOutcome,
    upper: false,
    expected: ['executed', 'proposed', 'skipped', 'error'],
  },
])('$name', ({ values, upper, expected }) => {
  const codec = enumerationCodec<string>(values, upper ? 'upper-case' : 'lower-case')

  it('has the values of the format', () => {
    expect(Object.values(values)).toEqual(expected)
    expect(Object.keys(values)).toEqual(expected)
  })

  it('is stored as the format spells it, and read back', () => {
    for (const value of expected) {
      const stored = upper ? value.toUpperCase() : value
      expect(codec.to(value)).toBe(stored)
      expect(codec.from(stored)).toBe(value)
    }
  })

  it('refuses to write anything else', () => {
    for (const value of ['frobnicate', '', 'toString', '__proto__', 0, {}, `${expected[0]} `]) {
      expect(() => codec.to(value)).toThrow(InvalidValueError)
    }
    expect(() => codec.to((expected[0] ?? '').toUpperCase())).toThrow(
      `expected one of ${expected.join(', ')}`,
    )
  })

  it('reads what a newer writer left as it stands', () => {
    expect(codec.from('Frobnicated')).toBe('Frobnicated')
    expect(codec.from('')).toBe('')
  })

  it('leaves what is absent absent', () => {
    expect([codec.to(null), codec.to(undefined), codec.from(null), codec.from(undefined)]).toEqual(
      Array(4).fill(null),
    )
  })
})
