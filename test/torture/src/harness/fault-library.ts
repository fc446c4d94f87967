import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
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

/** Builds the library that breaks calls of libc, where the folder has none yet. Returns its path. */
export function faultLibrary(folder: string): string {
  const path = join(folder, 'faults.so')
  if (existsSync(path)) return path
  execFileSync(COMPILER, ['-shared', '-fPIC', '-O2', '-Wall', '-o', path, SOURCE, '-ldl', '-lpthread'])
  return path
}
