import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Why no small file system can be mounted here; `undefined` where one can. */
export function whyNoMount(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tract-torture-mount-'))
  try {
    mountSmall(folder, 1)
    unmount(folder)
    return undefined
  } catch {
    return 'this user may not mount a file system'
  } finally {
    rmdirSync(folder)
  }
}

/** Mounts a file system in memory on a folder that is so many MiB large. */
export function mountSmall(folder: string, mebibytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
}

export function unmount(folder: string): void {
  execFileSync('umount', [folder], { stdio: 'ignore' })
}
