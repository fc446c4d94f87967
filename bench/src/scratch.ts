import { constants, copyFileSync, existsSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const IN_MEMORY = '/dev/shm'

/**
 * Where the files that are measured lie. In memory where the machine offers it and there is room: waiting for a disk is
 * the same for everybody and would only hide who does more work.
 */
function measuringFolder(bytes: number): string {
  if (!existsSync(IN_MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  return bavail * bsize > bytes ? IN_MEMORY : tmpdir()
}

/** Runs a function with a folder of its own, which goes with it. */
export async function withFolder<Result>(
  parent: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(parent, 'tract-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a function with a copy of a file: the kept histories stay as they are. */
export function withCopy<Result>(path: string, work: (copy: string) => Promise<Result>): Promise<Result> {
  // As much again for what is written, and for the write-ahead log.
  return withFolder(measuringFolder(3 * statSync(path).size), (folder) => {
    const copy = join(folder, 'copy.db')
    copyFileSync(path, copy, constants.COPYFILE_FICLONE)
    return work(copy)
  })
}
