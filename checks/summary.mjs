// Adds up what `.ci/run` did: its steps, and the tests that vitest counted in the reports beside each package. Tests that
// failed are named once more here, since their own output lies far above.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const rooms = readdirSync(join(root, 'packages')).map((name) => join('packages', name))

const steps = readFileSync(process.argv[2], 'utf8').trim().split('\n')
let failed = steps.filter((line) => line.startsWith('failed ')).length
let passed = steps.length - failed
let skipped = 0
const failures = []

for (const folder of [...rooms, 'examples', 'bench', 'test/torture', 'checks'].map((path) =>
  join(root, path),
)) {
  if (!existsSync(folder)) continue
  for (const name of readdirSync(folder).filter((file) => /^test-report\..+\.json$/.test(file))) {
    const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    passed += report.numPassedTests
    failed += report.numFailedTests
    skipped += report.numPendingTests
    failures.push(...failuresOf(report))
  }
}

/** Each failed test of a report: its file, its whole name and the first lines of its message. */
function failuresOf({ testResults }) {
  return testResults.flatMap(({ name: file, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed')
    const reasons = failed.map(({ fullName, failureMessages }) => [fullName, failureMessages.join('\n')])
    if (failed.length === 0 && message) reasons.push(['could not run', message])
    return reasons.map(
      ([name, reason]) => `${relative(root, file)} > ${name}\n${head(reason).replaceAll(/^/gm, '    ')}`,
    )
  })
}

/** The first dozen lines of a message, cut where one is long. */
function head(message) {
  const lines = message.split('\n').slice(0, 12)
  return lines.map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line)).join('\n')
}

for (const failure of failures) console.log(`FAILED ${failure}\n`)

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
