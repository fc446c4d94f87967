import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { WorkerOrder } from '../../workload/run-worker.js'

const ACKNOWLEDGED = 'acknowledged '
/** Far longer than any of it takes. */
const PATIENCE_MS = 60_000
const IS_WINDOWS = process.platform === 'win32'

/** A running worker, and what it has said so far. */
export class WorkerProcess {
  /** Ids of the units that it acknowledged. */
  readonly acknowledged = new Set<string>()
  /** Kept when the process is gone and all it said was heard. */
  readonly ended: Promise<void>
  readonly #child: ChildProcess
  readonly #command: string
  readonly #patienceMs: number
  readonly #said = new Set<string>()
  #errors = ''
  #waiting: (() => void)[] = []
  #end: string | null = null
  #wasKilled = false

  /** @param patienceMs how long each thing that is waited for may take */
  constructor(
    [program, ...args]: readonly [string, ...string[]],
    order: WorkerOrder,
    patienceMs = PATIENCE_MS,
  ) {
    this.#patienceMs = patienceMs
    const all = [...args, JSON.stringify(order)]
    this.#command = [program, ...all].join(' ')
    // A group of its own, so that killing it kills what it started too.
    this.#child = spawn(program, all, { detached: !IS_WINDOWS, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stdin?.on('error', () => {})
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line))
    }
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.#end ??= how
        this.#wake()
        resolve()
      }
      this.#child.on('error', (error) => end(`could not be started: ${error.message}`))
      this.#child.on('close', (code, signal) => end(`ended with ${signal ?? `code ${code}`}`))
    })
  }

  /** Waits until it has opened its store. */
  ready(): Promise<void> {
    return this.#until('its store is open', () => this.#said.has('ready'))
  }

  /** Lets it begin. */
  begin(): void {
    this.#child.stdin?.write('begin\n')
  }

  /** Waits until it has acknowledged so many units. */
  acknowledges(units: number): Promise<void> {
    return this.#until(`${units} units are acknowledged`, () => this.acknowledged.size >= units)
  }

  /** Waits until it has done all its units, closed its store and ended. */
  async finished(): Promise<void> {
    await this.#until('all units are done and the store is closed', () => this.#said.has('closed'))
    await this.ended
    if (this.#end !== 'ended with code 0') throw this.#failure('it ends with code 0')
  }

  /** Kills it without warning, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#wasKilled = true
    const { pid } = this.#child
    if (this.#end === null && pid !== undefined) {
      if (IS_WINDOWS) this.#child.kill('SIGKILL')
      else killGroup(pid)
    }
    await this.ended
  }

  #hear(line: string): void {
    if (line.startsWith(ACKNOWLEDGED)) this.acknowledged.add(line.slice(ACKNOWLEDGED.length))
    else this.#said.add(line)
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const look of waiting) look()
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    let isLate = false
    const limit = setTimeout(() => {
      isLate = true
      this.#wake()
    }, this.#patienceMs)
    try {
      while (!isSo() && !this.#wasKilled) {
        if (this.#end !== null || isLate) throw this.#failure(what)
        await new Promise<void>((resolve) => this.#waiting.push(resolve))
      }
    } finally {
      clearTimeout(limit)
    }
  }

  #failure(expected: string): Error {
    const said = `${this.acknowledged.size} units acknowledged`
    const end = this.#end ?? `had not after ${this.#patienceMs} ms,`
    const errors = this.#errors.trim() || 'nothing'
    return new Error(
      `a worker does its units: expected it to run until ${expected}, found that it ${end} with ${said}\n` +
        `its command: ${this.#command}\nwhat it wrote to standard error: ${errors}`,
    )
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It may have ended by itself in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
