import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { publishedPackages, ROOT } from '../src/workspace.js'

const FOLDER = join(ROOT, '.changeset')
const published = publishedPackages().map(({ name }) => name)
const changesets = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== 'README.md')
// Publishing tags each version. Before the first, the versions in package.json are what will be published.
const releases = git('tag', '--list', '@tract/*').split('\n').filter(Boolean)

it('packages are versioned independently', () => {
  const config: unknown = JSON.parse(readFileSync(join(FOLDER, 'config.json'), 'utf8'))
  expect(config).toMatchObject({ fixed: [], linked: [], access: 'public', baseBranch: 'main' })
})

it.runIf(releases.length === 0)(
  'nothing is to be released beside the versions that have never been published',
  () => {
    expect(changesets).toEqual([])
  },
)

describe.each(changesets)('changeset %s', (name) => {
  const [, head = '', text = ''] = readFileSync(join(FOLDER, name), 'utf8').split(/^---$/m)
  const bumps = head.split('\n').filter((line) => line.trim() !== '')

  it('names published packages and how far each moves', () => {
    for (const line of bumps) {
      const [, packageName, bump] = /^['"]?([^'"]+)['"]?: *(\w+)$/.exec(line) ?? []
      expect(published).toContain(packageName)
      expect(['patch', 'minor', 'major']).toContain(bump)
    }
  })

  it('says what a user will notice', () => {
    expect(bumps.length === 0 || text.trim() !== '').toBe(true)
  })
})

it.runIf(releases.length > 0)('every changed package has a changeset', () => {
  const changeset = join(ROOT, 'node_modules', '.bin', 'changeset')
  expect(() =>
    execFileSync(changeset, ['status'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }),
  ).not.toThrow()
})

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' })
}
