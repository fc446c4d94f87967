import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { storeContract } from '@tract/testkit'
import { afterAll } from 'vitest'
import { openStore } from '../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'tract-contract-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

storeContract({
  name: 'sqlite',
  open: (location = ':memory:') => openStore(location),
  newLocation: async () => join(folder, `${++files}.db`),
  command: [process.execPath, fileURLToPath(new URL('programs/worker.mjs', import.meta.url))],
})
