import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Examination, ExamineInstructions } from '../programs/examine.js'
import { Child } from './child.js'
import type { Report } from './report.js'
import { COVERED_TABLES, type Rows } from './stored-rows.js'

/** A damaged file that is to be examined. */
export interface DamagedFile {
  /** For messages. */
  readonly name: string
  /** Makes it in an empty folder, under the name `agent.db`. */
  make(folder: string): void
  /** What must become of it. */
  readonly expects?: Expectations
}

export interface Expectations {
  /** The most rows that a salvage may leave behind; any number unless given. */
  readonly mostLost?: number
  /** Whether what is read may be an earlier state of the file, as after a power failure. */
  readonly mayBeEarlier?: boolean
  /** Whether pages of another sound file are mixed in: then it must be reported, and rows of that file may come out. */
  readonly isMixed?: boolean
}

/** So many files are examined by one process. */
const BATCH = 20
/** No file of the trials takes longer, on the slowest machine. */
const LIMIT_MS = 120_000

/** Examines damaged files in processes of their own, and notes what may not be. Returns what came of each. */
export async function examineAll(
  files: readonly DamagedFile[],
  expected: Rows,
  scratch: string,
  report: Report,
): Promise<void> {
  const rows = join(scratch, 'expected.json')
  writeFileSync(rows, JSON.stringify(expected))
  for (let start = 0; start < files.length; start += BATCH) {
    const batch = files.slice(start, start + BATCH).map((file, index) => {
      const folder = join(scratch, `file-${start + index}`)
      mkdirSync(folder)
      file.make(folder)
      return { ...file, folder }
    })
    const open = new Map(batch.map((file) => [file.folder, file]))
    while (open.size > 0) {
      const { done, diedAt, ending } = await examineSome({ folders: [...open.keys()], expected: rows })
      for (const examination of done) {
        const file = open.get(examination.folder)
        open.delete(examination.folder)
        if (file !== undefined) judge(file, examination, report)
      }
      if (diedAt !== null) {
        report.fail(`${open.get(diedAt)?.name}: the process ended by ${ending}`)
        open.delete(diedAt)
      } else if (done.length === 0) throw new Error(`examining ended by ${ending}`)
    }
    for (const { folder } of batch) rmSync(folder, { recursive: true })
  }
}

interface Examined {
  readonly done: readonly Examination[]
  /** The folder that the process did not come back from. */
  readonly diedAt: string | null
  readonly ending: string
}

async function examineSome(told: ExamineInstructions): Promise<Examined> {
  const child = new Child('examine', told)
  let timer = setTimeout(() => child.kill(), LIMIT_MS)
  child.onLine(() => {
    clearTimeout(timer)
    timer = setTimeout(() => child.kill(), LIMIT_MS)
  })
  const { code, signal, errors } = await child.ended
  clearTimeout(timer)
  const done = child.lines.flatMap((line) =>
    line.startsWith('end ') ? (JSON.parse(line.slice(4)) as Examination) : [],
  )
  const begun = child.lines.filter((line) => line.startsWith('begin ')).map((line) => line.slice(6))
  const diedAt = begun.length > done.length ? (begun.at(-1) ?? null) : null
  return { done, diedAt, ending: `${signal ?? code} ${errors.slice(0, 500)}` }
}

function judge({ name, expects = {} }: DamagedFile, examination: Examination, report: Report): void {
  const { reports, read, salvage, refusal, defects } = examination
  report.count('files')
  for (const defect of defects) report.fail(`${name}: ${defect}`)
  if (expects.isMixed === true) report.check(reports.length > 0, `${name}: nothing was noticed`)
  if (reports.length > 0) report.count('reported by open or verify')
  else if (read !== null) judgeUnreported(name, expects, read, report)
  if (salvage === null) {
    report.count('nothing could be salvaged')
    report.count(`refused with ${refusal}`)
    return
  }
  const { difference, unnamed, corrupt, lost } = salvage
  if (expects.isMixed === true) return
  // What an earlier state has not yet is not lost to the salvage.
  if (expects.mayBeEarlier !== true) report.count('rows that no salvage gets out', difference.missing.length)
  report.check(difference.wrong.length === 0, `${name}: salvaged as right: ${difference.wrong.join('; ')}`)
  const isSilent = unnamed.length > 0 && expects.mayBeEarlier !== true
  report.check(!isSilent, `${name}: lost without a word: ${unnamed.slice(0, 3).join('; ')} (${lost} losses)`)
  report.check(corrupt.length === 0, `${name}: corrupt after the import: ${corrupt.slice(0, 3).join('; ')}`)
  const { mostLost } = expects
  if (mostLost !== undefined) {
    const count = difference.missing.length
    report.check(
      count <= mostLost,
      `${name}: ${count} rows lost, expected at most ${mostLost}: ${difference.missing.slice(0, 5).join('; ')}`,
    )
  }
}

function judgeUnreported(
  name: string,
  { mayBeEarlier = false }: Expectations,
  { wrong, uncovered, missing }: NonNullable<Examination['read']>,
  report: Report,
): void {
  report.check(wrong.length === 0, `${name}: given as right: ${wrong.slice(0, 3).join('; ')}`)
  const isCovered = (row: string) => COVERED_TABLES.some((table) => row.startsWith(`${table} `))
  const gone = missing.filter(isCovered)
  if (mayBeEarlier && missing.length > 0) report.count('an earlier state, as after a power failure')
  else if (gone.length > 0) report.fail(`${name}: gone without a word: ${gone.slice(0, 3).join('; ')}`)
  else if (uncovered.length > 0 || missing.length > 0)
    report.count('changed only what no hash covers, unnoticed')
  else report.count('hit nothing')
}
