import { readFileSync } from 'node:fs'
import { legacyDatabase } from '@tract/testkit'
import { expect, test } from 'vitest'
import { migrateInChild } from './child.js'
import { newFile, oneValue } from './support.js'

test('memory stays flat over many links', async () => {
  const path = newFile(legacyDatabase(5, { links: 200_000 }))
  const { result, memory = 0 } = await migrateInChild(path)
  expect(result).toMatchObject({ changed: true, from: 5 })
  expect(oneValue(path, 'SELECT count(*) FROM operation_commits')).toBe(200_008)
  expect(memory).toBeLessThan(256)
})

test('no step imports the entities of today', () => {
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as Record<string, Record<string, string>>
  expect(Object.keys({ ...dependencies, ...peerDependencies }).sort()).toEqual([
    '@tract/repositories',
    'typeorm',
  ])
})
