import type { History } from './history.js'
import { messageAt, summary, systemPrompt } from './messages.js'
import type { Random } from './random.js'
import type { HistoryWriter, Written } from './writer.js'

const SOURCES_OF_EVENT = 8
const COMMITS_OF_EVENT = SOURCES_OF_EVENT + 1
const RECORDS_OF_A_SIZE = 20
const EFFECTIVES_OF_A_SMALL_RECORD = 12
const MOST_KEYS = 2_000
const TRACT_ID_LENGTH = 32

/** Fills a file: four tracts of the sizes that questions ask for, and conversations until there are enough commits. */
export function writeHistory(writer: HistoryWriter, random: Random, commits: number): Omit<History, 'path'> {
  const chain = writeConversation(writer, random, random.hex(TRACT_ID_LENGTH), share(commits, 0.3, 10_000))
  const hashes = chain.map(({ commit }) => commit)
  annotateAll(writer, random, hashes)
  const compressed = writeCompressed(writer, random, share(commits, 0.3 / COMMITS_OF_EVENT, 2_000))
  const recorded = writeRecorded(writer, random, hashes, share(commits, 0.1, 2_000))
  const recordsOf20 = writeRecordsOf(writer, random, hashes, 20)
  const recordsOf200 = writeRecordsOf(writer, random, hashes, 200)
  const background = writeConversations(writer, random, commits)
  return {
    commits: writer.commits,
    chainHead: hashes.at(-1) ?? '',
    chainLength: hashes.length,
    chain: hashes,
    contents: [...new Set(chain.map(({ content }) => content))],
    compressedTract: compressed.tractId,
    compressedSources: compressed.sources.length,
    recordedTract: recorded.tractId,
    recordedRecords: recorded.records.length,
    someCommits: some(random, background.commits),
    someEvents: some(random, compressed.events),
    someRecords: some(random, [...background.records, ...recorded.records]),
    someSources: some(random, compressed.sources),
    recordsOf20,
    recordsOf200,
  }
}

function share(commits: number, part: number, most: number): number {
  return Math.min(most, Math.floor(commits * part))
}

function some<Item>(random: Random, items: readonly Item[]): Item[] {
  return Array.from({ length: Math.min(MOST_KEYS, items.length) }, () => random.pick(items))
}

function writeConversation(
  writer: HistoryWriter,
  random: Random,
  tractId: string,
  length: number,
): Written[] {
  const written: Written[] = []
  for (let place = 0; place < length; place++) {
    const message = place === 0 ? systemPrompt() : messageAt(place, random)
    written.push(writer.append(tractId, written.at(-1) ?? null, message))
  }
  const [first] = written
  const last = written.at(-1)
  if (first !== undefined && last !== undefined) {
    writer.annotate(tractId, first.commit, 'PINNED')
    writer.point(tractId, last.commit)
  }
  return written
}

/** Most commits have one annotation, some have been changed twice. */
function annotateAll(writer: HistoryWriter, random: Random, hashes: readonly string[]): void {
  for (const hash of hashes) {
    writer.annotate('annotator', hash, 'NORMAL')
    if (random.below(10) === 0) writer.annotate('annotator', hash, 'SKIP')
  }
}

/** A tract whose messages were compressed again and again: each event takes eight commits and gives one. */
export function writeCompressed(writer: HistoryWriter, random: Random, count: number) {
  const tractId = random.hex(TRACT_ID_LENGTH)
  const written = writeConversation(writer, random, tractId, count * SOURCES_OF_EVENT)
  const events: string[] = []
  for (let start = 0; start < written.length; start += SOURCES_OF_EVENT) {
    const sources = written.slice(start, start + SOURCES_OF_EVENT)
    const result = writer.append(tractId, sources.at(-1) ?? null, summary(random))
    const hashes = sources.map(({ commit }) => commit)
    events.push(writer.event(tractId, hashes, result.commit))
  }
  return { tractId, events, sources: written.map(({ commit }) => commit) }
}

function writeRecorded(writer: HistoryWriter, random: Random, chain: readonly string[], count: number) {
  const tractId = random.hex(TRACT_ID_LENGTH)
  const records = Array.from({ length: count }, () =>
    writer.record(tractId, stretch(random, chain, EFFECTIVES_OF_A_SMALL_RECORD)),
  )
  return { tractId, records }
}

function writeRecordsOf(
  writer: HistoryWriter,
  random: Random,
  chain: readonly string[],
  size: number,
): string[] {
  return Array.from({ length: RECORDS_OF_A_SIZE }, () =>
    writer.record('recorder', stretch(random, chain, size)),
  )
}

/** So many commits of a chain that follow each other. */
function stretch(random: Random, chain: readonly string[], length: number): readonly string[] {
  const start = random.below(chain.length - length + 1)
  return chain.slice(start, start + length)
}

/**
 * Conversations of 10 to 60 messages, each with one compile record of its last turn. A record for every turn, as the
 * demo writes, would make the largest file grow to 3 GB; the conversation question measures that.
 */
function writeConversations(writer: HistoryWriter, random: Random, commits: number) {
  const written: string[] = []
  const records: string[] = []
  while (writer.commits < commits) {
    const tractId = random.hex(TRACT_ID_LENGTH)
    const length = Math.min(10 + random.below(51), commits - writer.commits)
    const messages = writeConversation(writer, random, tractId, length)
    const hashes = messages.map(({ commit }) => commit)
    records.push(writer.record(tractId, hashes))
    for (const hash of hashes) written.push(hash)
  }
  return { commits: written, records }
}
