import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { MigrationResult } from '@tract/migrations'

/** What a child process came to. */
export interface ChildOutcome {
  readonly signal: NodeJS.Signals | null
  readonly result?: MigrationResult
  readonly error?: { readonly code: string; readonly name: string; readonly message: string }
  /** The fail points that it passed. */
  readonly points?: readonly string[]
  readonly memory?: number
}

/** The path of a program for child processes. */
export function childProgram(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url))
}

/** Migrates a file in a process of its own. */
export async function migrateInChild(
  path: string,
  options: object = {},
  command: readonly string[] = [process.execPath],
): Promise<ChildOutcome> {
  const [program = process.execPath, ...first] = command
  const child = spawn(program, [...first, childProgram('migrate.mjs'), path, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_code, ended) => resolve(ended))
  })
  return { signal, ...(output === '' ? {} : (JSON.parse(output) as Omit<ChildOutcome, 'signal'>)) }
}
