import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { storeContract } from '@tract/testkit'
import { afterAll } from 'vitest'
import { openStore } from '../../src/index.js'
import { WRONG_WORKERS } from './wrong-workers.js'

const program = fileURLToPath(new URL('../programs/wrong-worker.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tract-wrong-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

for (const { name } of WRONG_WORKERS) {
  storeContract({
    name,
    open: (location = ':memory:') => openStore(location),
    newLocation: async () => join(folder, `agent-${++files}.db`),
    command: [process.execPath, program, name],
  })
}
