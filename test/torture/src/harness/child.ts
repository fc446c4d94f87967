import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** How a child process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it said on its error output. */
  readonly errors: string
}

/** A program of `programs/` in a process of its own. It says line by line what it has done; a line that was written stays, whatever becomes of the process. */
export class Child {
  /** Every line so far. */
  readonly lines: string[] = []
  /** Fulfilled when the process has ended and all of its lines have been read. */
  readonly ended: Promise<Ending>
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #onLine: ((line: string) => void)[] = []

  /**
   * @param instructions what the program reads with `instructions()`
   * @param env more variables of its environment
   */
  constructor(program: string, instructions: object, env: Readonly<Record<string, string>> = {}) {
    const path = fileURLToPath(new URL(`../../dist/programs/${program}.js`, import.meta.url))
    const args = ['--expose-gc', path, JSON.stringify(instructions)]
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env } })
    this.#process = child
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    // A process that was killed cannot be told to stop.
    child.stdin.on('error', () => undefined)
    const reading = createInterface(child.stdout)
    reading.on('line', (line) => {
      this.lines.push(line)
      for (const listen of this.#onLine) listen(line)
    })
    const read = once(reading, 'close')
    this.ended = once(child, 'close').then(async ([code, signal]) => {
      await read
      return { code, signal, errors }
    })
  }

  /** Calls a function with each line to come. */
  onLine(listen: (line: string) => void): void {
    this.#onLine.push(listen)
  }

  /** Fulfilled with the next line that fits; with `null` where the process ends without one. */
  async line(fits: (line: string) => boolean): Promise<string | null> {
    const earlier = this.lines.find(fits)
    if (earlier !== undefined) return earlier
    const later = new Promise<string>((resolve) => this.onLine((line) => fits(line) && resolve(line)))
    return Promise.race([later, this.ended.then(() => this.lines.find(fits) ?? null)])
  }

  /** Ends the process at once, wherever it is. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  /** Asks the program to come to its end. */
  stop(): void {
    this.#process.stdin.end()
  }
}
