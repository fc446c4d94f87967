/** What a file of a history holds, as far as questions ask for it. */
export interface History {
  readonly path: string
  /** Commits in the whole file. */
  readonly commits: number
  /** The newest commit of the long chain, and how many commits are on it. */
  readonly chainHead: string
  readonly chainLength: number
  /** The chain's commits, each of which has annotations. */
  readonly chain: readonly string[]
  /** The contents of the chain's commits. */
  readonly contents: readonly string[]
  /** The tract in which commits were compressed, its events, and how many different sources they have. */
  readonly compressedTract: string
  readonly compressedSources: number
  /** The tract with many compile records. */
  readonly recordedTract: string
  readonly recordedRecords: number
  /** Some of the file, spread over all of it. */
  readonly someCommits: readonly string[]
  readonly someEvents: readonly string[]
  readonly someRecords: readonly string[]
  readonly someSources: readonly string[]
  /** Records with exactly so many effective commits. */
  readonly recordsOf20: readonly string[]
  readonly recordsOf200: readonly string[]
}
