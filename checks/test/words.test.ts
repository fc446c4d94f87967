import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { filesBelow, shown, workspacePackages } from '../src/workspace.js'

const sources = workspacePackages().flatMap(({ folder }) => filesBelow(folder, '.ts', '.js', '.mjs', '.sql'))

/** The original system's compressions became operation events; its classes for them must not come back. */
const RETIRED = ['Row', 'SourceRow', 'ResultRow', 'Repository'].map((ending) => `Compression${ending}`)

it.each(RETIRED)('the word %s occurs nowhere in source', (word) => {
  expect(sources.filter((path) => readFileSync(path, 'utf8').includes(word)).map(shown)).toEqual([])
})

/** What the house style does without: notes to oneself, silenced errors, examples that no test runs. */
const UNWANTED = ['TODO', 'FIXME', '@ts-ignore', '@example']

it.each(UNWANTED)('no source holds %s', (word) => {
  const others = sources.filter((path) => !path.endsWith('words.test.ts'))
  expect(others.filter((path) => readFileSync(path, 'utf8').includes(word)).map(shown)).toEqual([])
})
