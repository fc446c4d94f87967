import { count } from './text.js'

const CELLS = 28
const QUIET_FOR_MS = 400
const PAINT_EVERY_MS = 80
const SAY_EVERY_MS = 3000

/**
 * Shows how far a long input has come: a bar on a terminal, and a line every few seconds where nobody looks on.
 * A short input shows nothing.
 */
export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #totalBytes: number
  readonly #startedAt = performance.now()
  #shownAt = performance.now()
  #painted = false

  constructor(stream: NodeJS.WriteStream, totalBytes: number) {
    this.#stream = stream
    this.#totalBytes = totalBytes
  }

  /** Says where the work stands. Cheap enough to be called for every message. */
  update(bytesRead: number, conversations: number, messages: number): void {
    const now = performance.now()
    if (now - this.#startedAt < QUIET_FOR_MS) return
    if (now - this.#shownAt < (this.#stream.isTTY ? PAINT_EVERY_MS : SAY_EVERY_MS)) return
    this.#shownAt = now
    const share = Math.min(1, bytesRead / this.#totalBytes)
    const perSecond = Math.round(messages / ((now - this.#startedAt) / 1000))
    const state = `${Math.round(share * 100)} %  ${count(conversations)} conversations, ${count(messages)} messages, ${count(perSecond)}/s`
    if (!this.#stream.isTTY) {
      this.#stream.write(`demo: ${state}\n`)
      return
    }
    const full = Math.round(share * CELLS)
    this.#stream.write(`\r${'█'.repeat(full)}${'░'.repeat(CELLS - full)} ${state}\u001b[K`)
    this.#painted = true
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#painted) this.#stream.write('\r\u001b[K')
    this.#painted = false
  }
}
