import { readFileSync, statSync } from 'node:fs'
import { expect } from 'vitest'

/** Runs a function and expects a file's bytes and permissions to be afterwards what they were. */
export async function expectUntouched<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const before = { bytes: readFileSync(path), mode: statSync(path).mode }
  try {
    return await work()
  } finally {
    expect(readFileSync(path).equals(before.bytes)).toBe(true)
    expect(statSync(path).mode).toBe(before.mode)
  }
}
