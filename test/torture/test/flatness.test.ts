import { describe, expect, it } from 'vitest'
import { checkFlat } from '../src/harness/flatness.js'
import { Report } from '../src/harness/report.js'
import type { SoakSample } from '../src/programs/soak.js'

const STEADY: SoakSample = {
  units: 1000,
  rssBytes: 120e6,
  heapBytes: 16e6,
  externalBytes: 2e6,
  handles: 27,
  statements: 111,
  walBytes: 4e6,
  walResets: 0,
  fileBytes: 2e6,
}

/** Thirty samples of which each differs from the steady one as a function says. */
function broken(change: (index: number) => Partial<SoakSample>): readonly string[] {
  const report = new Report(() => undefined)
  const samples = Array.from({ length: 30 }, (_, index) => ({
    ...STEADY,
    walResets: index,
    ...change(index),
  }))
  checkFlat(samples, report)
  return report.broken
}

describe('the measure of a soak', () => {
  it('takes what stays as it is, and what only warms up', () => {
    expect(broken(() => ({}))).toEqual([])
    expect(broken((index) => ({ heapBytes: index < 10 ? 8e6 : 16e6 }))).toEqual([])
  })

  it.each([
    ['heapBytes', (index: number) => ({ heapBytes: 16e6 + index * 0.5e6 })],
    ['externalBytes', (index: number) => ({ externalBytes: 2e6 + index * 0.2e6 })],
    ['rssBytes', (index: number) => ({ rssBytes: 120e6 + index * 6e6 })],
    ['handles', (index: number) => ({ handles: 27 + Math.floor(index / 20) })],
    ['statements', (index: number) => ({ statements: 111 + index * 3 })],
    ['walBytes', (index: number) => ({ walBytes: 4e6 + index * 0.5e6 })],
    ['fileBytes', (index: number) => ({ fileBytes: 2e6 + index * 0.5e6 })],
  ] as const)('finds that %s grows', (what, change) => {
    expect(broken(change)).toEqual([expect.stringContaining(`${what} went from`)])
  })

  it('finds that no checkpoint happens', () => {
    expect(broken(() => ({ walResets: 1 }))).toEqual([expect.stringContaining('no checkpoint')])
  })

  it('finds that too few samples were taken', () => {
    const report = new Report(() => undefined)
    checkFlat([STEADY], report)
    expect(report.broken).toEqual(['1 samples were taken, expected at least 3'])
  })
})
