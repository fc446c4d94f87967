import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../src/workspace.js'

const rows = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| promise'))

it('SECURITY.md makes promises', () => {
  expect(rows.length).toBeGreaterThan(15)
})

it.each(rows)('each promise of SECURITY.md names a test that exists: %s', (row) => {
  const tests = [...(row.split('|').at(-2) ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
  expect(tests).not.toEqual([])
  expect(
    tests.filter((path) => !/\.(test|contract)\.ts$/.test(path) || !existsSync(join(ROOT, path))),
  ).toEqual([])
})
