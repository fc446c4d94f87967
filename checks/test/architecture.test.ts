import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readArchitectureTable } from '../src/architecture-table.js'
import { importsOf } from '../src/source-imports.js'
import { filesBelow, ROOT, shown, workspacePackages } from '../src/workspace.js'

/** What every package may use to build and test itself. */
const TOOLS = ['typescript', 'vitest']

const rooms = readArchitectureTable()
const packages = workspacePackages()

it('ARCHITECTURE.md lists every package of the workspace and no other', () => {
  expect(rooms.map(({ name }) => name).sort()).toEqual(packages.map(({ name }) => name).sort())
})

describe.each(packages)('$name', ({ name, folder, manifest }) => {
  const room = rooms.find((row) => row.name === name)
  const isTool = (target: string): boolean => TOOLS.includes(target) || target.startsWith('@types/')
  const arrows = room?.imports ?? null
  const mayImport = (target: string): boolean =>
    arrows === null || arrows.some((arrow) => arrow.target === target)
  const mayImportInTests = (target: string): boolean =>
    target === name || isTool(target) || mayImport(target) || room?.testsAlsoUse.includes(target) === true
  const imported = (part: string) =>
    filesBelow(join(folder, part), '.ts', '.js', '.mjs').flatMap((path) =>
      importsOf(path).map((found) => ({ path, ...found })),
    )
  const wrong = (path: string, specifier: string): string => `${shown(path)} imports ${specifier}`

  it('has a row in the table of ARCHITECTURE.md', () => {
    expect(room).toBeDefined()
  })

  it('depends on exactly what its row imports', () => {
    if (arrows === null) return
    const declared = Object.keys({
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    })
    // The types of what a row names may have a package of their own.
    expect(declared.filter((target) => !target.startsWith('@types/')).sort()).toEqual(
      arrows.map(({ target }) => target).sort(),
    )
  })

  it('develops with nothing beside what its row, its tests and the tools need', () => {
    const declared = Object.keys(manifest.devDependencies ?? {})
    expect(declared.filter((target) => !mayImportInTests(target))).toEqual([])
  })

  it('has no source import that its row lacks', () => {
    const found = imported('src').filter(({ target }) => target !== null && !mayImport(target))
    expect(found.map(({ path, specifier }) => wrong(path, specifier))).toEqual([])
  })

  it('loads nothing of which its row allows only the types', () => {
    const typesOnly = new Set((arrows ?? []).filter((arrow) => arrow.typesOnly).map(({ target }) => target))
    const found = imported('src').filter(
      ({ target, typeOnly }) => target !== null && typesOnly.has(target) && !typeOnly,
    )
    expect(found.map(({ path, specifier }) => wrong(path, specifier))).toEqual([])
  })

  it('has no test import beside its own, its row, the tools and what its tests may also use', () => {
    const found = imported('test').filter(({ target }) => target !== null && !mayImportInTests(target))
    expect(found.map(({ path, specifier }) => wrong(path, specifier))).toEqual([])
  })

  it('has one index, which nothing inside imports, and never imports itself by name', () => {
    const found = imported('src').filter(
      ({ specifier, target }) => target === name || /^\.{1,2}\/(?:.*\/)?index\.js$/.test(specifier),
    )
    expect(found.map(({ path, specifier }) => wrong(path, specifier))).toEqual([])
  })
})

it.each(['@tract/schema', '@tract/repositories'])('no test of %s uses testkit', (name) => {
  expect(rooms.find((room) => room.name === name)?.testsAlsoUse).not.toContain('@tract/testkit')
})

it('nothing that migrations imports leads to schema, save through the errors of repositories', () => {
  const migrations = rooms.find(({ name }) => name === '@tract/migrations')
  expect(migrations?.imports?.map(({ target }) => target)).not.toContain('@tract/schema')
})

it('CI runs every package as a job of its own', () => {
  const workflow = readFileSync(join(ROOT, '.github', 'workflows', 'ci.yml'), 'utf8')
  const jobs = /package:\s*\[(.*)\]/.exec(workflow)?.[1]?.split(', ') ?? []
  expect(jobs.map((job) => `@tract/${job}`).sort()).toEqual(packages.map(({ name }) => name).sort())
})
