import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../dist/demo/main.js', import.meta.url))

/** How a run of the built program ended. */
export interface Run {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Where the user stands. */
  readonly folder: string
  /** Send Ctrl-C after so many milliseconds. */
  readonly interruptAfterMs?: number
}

/** Runs the built program as a user would, without a terminal. */
export function runDemo(args: readonly string[], { folder, interruptAfterMs }: RunOptions): Promise<Run> {
  return new Promise((resolve, reject) => {
    const environment = { ...process.env, INIT_CWD: folder, NO_COLOR: '' }
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env: environment })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    if (interruptAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), interruptAfterMs)
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

/** A folder of the test's own, gone behind it, with these files in it. */
export function aFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tract-demo-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/** What SQLite itself, through another connection, says of a file. */
export function look<Row>(file: string, sql: string): Row[] {
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare<[], Row>(sql).all()
  } finally {
    database.close()
  }
}

/** Fails unless both of SQLite's own checks find nothing. */
export function soundness(file: string): unknown {
  return {
    integrity: look(file, 'PRAGMA integrity_check'),
    foreignKeys: look(file, 'PRAGMA foreign_key_check'),
  }
}

export const SOUND = { integrity: [{ integrity_check: 'ok' }], foreignKeys: [] }

interface JsonlLine {
  readonly id?: string
  readonly conversation_id?: string
  readonly messages: Record<string, unknown>[]
}

/** The lines of a JSONL file as values. */
export function readJsonl(file: string): JsonlLine[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

export const SAMPLE = fileURLToPath(new URL('../conversations/sample.jsonl', import.meta.url))
