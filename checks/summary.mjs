// Adds up what `.ci/run` did: its steps, and the tests that vitest counted in the reports beside each package.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const rooms = readdirSync(join(root, 'packages')).map((name) => join('packages', name))

const steps = readFileSync(process.argv[2], 'utf8').trim().split('\n')
let failed = steps.filter((line) => line.startsWith('failed ')).length
let passed = steps.length - failed
let skipped = 0

for (const folder of [...rooms, 'examples', 'bench', 'test/torture', 'checks'].map((path) =>
  join(root, path),
)) {
  if (!existsSync(folder)) continue
  for (const name of readdirSync(folder).filter((file) => /^test-report\..+\.json$/.test(file))) {
    const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    passed += report.numPassedTests
    failed += report.numFailedTests
    skipped += report.numPendingTests
  }
}

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
