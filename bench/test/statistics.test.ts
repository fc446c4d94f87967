import { describe, expect, it } from 'vitest'
import { quantile, summarize, summarizeRatios } from '../dist/harness/statistics.js'

describe('summaries of a series', () => {
  it('take the middle value, or what lies halfway between the two in the middle', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2)
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  })

  it('say where the middle half lies, whatever the order and however far out one value is', () => {
    expect(summarize([1_000, 1, 2, 3, 4])).toEqual({ median: 3, low: 2, high: 4 })
  })

  it('refuse an empty series', () => {
    expect(() => summarize([])).toThrow(RangeError)
  })
})

describe('ratios', () => {
  it('compare each round with itself: a slow round slows both sides and changes nothing', () => {
    expect(summarizeRatios([2, 200, 2], [1, 100, 1])).toEqual({ median: 2, low: 2, high: 2 })
  })

  it('refuse series of different lengths', () => {
    expect(() => summarizeRatios([1, 2], [1])).toThrow('found 2 rounds against 1')
  })
})
