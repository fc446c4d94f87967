import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readmeBlocks } from '../src/readme-blocks.js'
import { ReadmeProject } from '../src/readme-project.js'
import { publishedPackages, ROOT, shown, workspacePackages } from '../src/workspace.js'

const SECTIONS = ['Use', 'Guarantees', 'Layer', 'How to change it']

const readmes = [ROOT, ...workspacePackages().map(({ folder }) => folder)]
  .map((folder) => join(folder, 'README.md'))
  .filter((path) => existsSync(path))
const blocks = readmes.flatMap(readmeBlocks)
const project = new ReadmeProject(blocks)

describe.each(publishedPackages())('the README of $name', ({ folder }) => {
  const readme = join(folder, 'README.md')
  const text = existsSync(readme) ? readFileSync(readme, 'utf8') : ''

  it('has the sections that every README has, in their order', () => {
    const titles = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? '')
    expect(titles.filter((title) => SECTIONS.includes(title))).toEqual(SECTIONS)
  })

  it('shows the use in code that runs', () => {
    const use = text.split(/^## /m).find((section) => section.startsWith('Use\n'))
    expect(use).toMatch(/^```(ts|js)/m)
    expect(blocks.filter((block) => block.readme === shown(readme))).not.toEqual([])
  })
})

describe.each(blocks)('$readme, line $line', (block) => {
  it.skipIf(block.kind === 'js')('compiles as it stands', () => {
    expect(project.diagnosticsOf(block)).toBe('')
  })

  it('runs as it stands', () => {
    const { status, output } = project.run(block)
    expect(status, output).toBe(0)
  })
})
