import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import { onTestFinished } from 'vitest'

/** A store for one test. */
export async function aStore(location = ':memory:'): Promise<Store> {
  const store = await openStore(location)
  onTestFinished(() => store.close())
  return store
}

function says(role: string, text: string) {
  return { content_type: 'dialogue', role, text }
}

export function user(text: string) {
  return says('user', text)
}

export function assistant(text: string) {
  return says('assistant', text)
}

export function instruction(text: string) {
  return { content_type: 'instruction', text }
}

/** What each message of a context says. */
export function textsOf(context: { readonly entries: readonly { readonly text: string }[] }): string[] {
  return context.entries.map(({ text }) => text)
}

/** A folder for one test. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tract-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A copy of a golden file, or `null` where the golden files are not at hand. */
export function aGoldenFile(name: string): string | null {
  const golden = process.env.TRACT_GOLDEN_DIR
  if (golden === undefined) return null
  const copy = join(aFolder(), name)
  copyFileSync(join(golden, name), copy)
  chmodSync(copy, 0o600)
  return copy
}

/** Why tests on golden files are skipped, where they are. */
export const WITHOUT_GOLDEN = process.env.TRACT_GOLDEN_DIR === undefined
