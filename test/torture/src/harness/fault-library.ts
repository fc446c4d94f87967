import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('../../native/faults.c', import.meta.url))
const COMPILER = process.env.CC ?? 'cc'

/** Why faults cannot be made on this machine; `undefined` where they can. */
export function whyNoFaults(): string | undefined {
  if (process.platform !== 'linux') return `the fault library is for Linux, this is ${process.platform}`
  const { status } = spawnSync(COMPILER, ['--version'], { stdio: 'ignore' })
  return status === 0 ? undefined : `there is no C compiler (${COMPILER})`
}

let built: string | undefined

/** Builds the library that breaks calls of libc, once for each process. Returns its path. */
export function faultLibrary(): string {
  if (built !== undefined) return built
  const folder = mkdtempSync(join(tmpdir(), 'tract-faults-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'faults.so')
  execFileSync(COMPILER, ['-shared', '-fPIC', '-O2', '-Wall', '-o', path, SOURCE, '-ldl', '-lpthread'])
  built = path
  return path
}
