import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openStore } from '@tract/sqlite'
import { expect, test } from 'vitest'
import { history, verify } from '../src/index.js'
import { aFolder, textsOf } from './support/fixture.js'

const WRITER = fileURLToPath(new URL('./support/writer.mjs', import.meta.url))
const run = promisify(execFile)

test('four processes that write on one branch lose nothing', async () => {
  const file = join(aFolder(), 'tract.db')
  await (await openStore(file)).close()
  const names = ['a', 'b', 'c', 'd']
  await Promise.all(names.map((name) => run(process.execPath, [WRITER, file, name, '50'])))
  await using store = await openStore(file)
  const texts = textsOf(await history(store, 't').context())
  expect(texts).toHaveLength(200)
  for (const name of names) {
    expect(texts.filter((text) => text.startsWith(name))).toEqual(
      Array.from({ length: 50 }, (_, i) => `${name} ${i}`),
    )
  }
  expect((await verify(store)).findings).toEqual([])
})
