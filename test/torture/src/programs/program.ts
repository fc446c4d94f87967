import { writeSync } from 'node:fs'

/** What the program was told to do. */
export function instructions<Instructions extends object>(): Instructions {
  return JSON.parse(process.argv[2] ?? '{}') as Instructions
}

/** Says a line. When this returns the line is on its way, even if the process is killed in the next instant. */
export function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`)
  for (let written = 0; written < bytes.length; ) written += writeSome(bytes.subarray(written))
}

/** Writes what there is room for; waits where the other side is behind with reading. */
function writeSome(bytes: Buffer): number {
  for (;;) {
    try {
      return writeSync(1, bytes)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

/** Whether the program has been asked to come to its end. */
export function stopRequest(): { readonly isStopped: boolean; readonly stopped: Promise<void> } {
  const request = { isStopped: false, stopped: Promise.resolve() }
  request.stopped = new Promise((resolve) => {
    process.stdin.resume().once('end', () => {
      request.isStopped = true
      resolve()
    })
  })
  process.stdin.unref()
  return request
}
