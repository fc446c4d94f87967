/** The middle of a series and where its middle half lies. */
export interface Summary {
  readonly median: number
  /** The first quartile. */
  readonly low: number
  /** The third quartile. */
  readonly high: number
}

/** @throws RangeError for an empty series: nothing was measured */
export function summarize(values: readonly number[]): Summary {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}

/**
 * The ratios of two series measured side by side. Each round is compared with itself, so that what slows the whole
 * machine for a while slows both sides of a ratio.
 *
 * @throws RangeError where the series are not of the same length
 */
export function summarizeRatios(values: readonly number[], references: readonly number[]): Summary {
  if (values.length !== references.length) {
    throw new RangeError(`found ${values.length} rounds against ${references.length}, expected as many`)
  }
  return summarize(values.map((value, round) => value / (references[round] ?? Number.NaN)))
}

/** The value below which a share of the series lies, between neighbours in proportion. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('found an empty series, expected at least one value')
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
