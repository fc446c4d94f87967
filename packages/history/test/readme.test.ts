import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, onTestFinished, test, vi } from 'vitest'
import { aFolder } from './support/fixture.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const blocks = [...readme.matchAll(/^### (.+?)$[\s\S]*?^```ts\n([\s\S]*?)^```/gm)]

/** Where the names that a reader imports are found in this workspace. */
const PLACES = {
  '@tract/history': new URL('../src/index.ts', import.meta.url),
  '@tract/sqlite': new URL('../../sqlite/src/index.ts', import.meta.url),
}

const PRINTS: Readonly<Record<string, readonly string[]>> = {
  Write: ['Where is my parcel 4712?'],
  'Branch, rearrange, take over': ['It is in Graz.","It is order 4712.', 'support-agent', 'reorganize'],
  'Compress, and ask where it comes from': ['3', 'summarised', 'verbatim', 'of 11 tokens saved'],
  'What did the model see?': ['proven', 'I live in Gratz.', 'edited', 'added'],
  'Keep it whole': ['true', '1 commits, 82 bytes', 'flowchart TD'],
  'Save what is left': ['blobs hash', 'In Grbz.', '1', '["missing_payload"]'],
}

test('the README has a block for each thing that it is said to print', () => {
  expect(blocks.map(([, title]) => title)).toEqual(Object.keys(PRINTS))
})

test.each(blocks.map(([, title = '', code = '']) => ({ title, code })))(
  'the README runs: $title',
  async ({ title, code }) => {
    const folder = aFolder()
    let source = code
    for (const [name, place] of Object.entries(PLACES))
      source = source.replaceAll(`'${name}'`, `'${fileURLToPath(place)}'`)
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    })
    const file = join(folder, 'block.js')
    writeFileSync(file, outputText)
    const here = process.cwd()
    process.chdir(folder)
    onTestFinished(() => process.chdir(here))
    const print = vi.spyOn(console, 'log').mockReturnValue(undefined)
    onTestFinished(() => print.mockRestore())
    await import(/* @vite-ignore */ file)
    const printed = print.mock.calls
      .map((parts) => parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '))
      .join('\n')
    for (const expected of PRINTS[title] ?? []) expect(printed).toContain(expected)
  },
)
