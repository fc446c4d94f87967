import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Gate } from '../src/gate.js'
import { TurnWatch } from '../src/turn-watch.js'

const LIMIT_MS = 5000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A gate with a watch, at which calls wait; each notes here how it went. */
function watched() {
  const gate = new Gate()
  const outcomes: Record<string, string> = {}
  let heldSince: number | undefined
  const watch = new TurnWatch({
    gate,
    limitMs: LIMIT_MS,
    heldSince: () => heldSince,
    refusal: (waitedMs) => `refused after ${waitedMs} ms`,
  })
  const begin = () => {
    heldSince = performance.now()
  }
  const wait = (name: string) => {
    const turn = gate.enter()
    watch.start()
    void turn?.then(
      () => {
        outcomes[name] = 'admitted'
        begin()
      },
      (reason: string) => {
        outcomes[name] = reason
      },
    )
  }
  const leave = () => {
    heldSince = undefined
    gate.leave()
    watch.stopIfIdle()
  }
  void gate.enter()
  return { begin, wait, leave, outcomes }
}

describe('the watch over a queue', () => {
  it('sends away who has waited behind one transaction for the limit, and only then', async () => {
    const { begin, wait, outcomes } = watched()
    begin()
    wait('first')
    await vi.advanceTimersByTimeAsync(3000)
    wait('second')
    await vi.advanceTimersByTimeAsync(1999)
    expect(outcomes).toEqual({})
    await vi.advanceTimersByTimeAsync(1)
    expect(outcomes).toEqual({ first: 'refused after 5000 ms' })
    await vi.advanceTimersByTimeAsync(3000)
    expect(outcomes).toEqual({ first: 'refused after 5000 ms', second: 'refused after 5000 ms' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('lets everybody wait on where the turn passes on', async () => {
    const { begin, wait, leave, outcomes } = watched()
    begin()
    const names = Array.from({ length: 10 }, (_, index) => `call ${index}`)
    names.forEach(wait)
    for (const name of names) {
      await vi.advanceTimersByTimeAsync(4000)
      leave()
      await Promise.resolve()
      expect(outcomes[name]).toBe('admitted')
    }
    leave()
    expect(Object.values(outcomes)).toEqual(names.map(() => 'admitted'))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not count the time in which the one before waits for the lock itself', async () => {
    const { begin, wait, outcomes } = watched()
    wait('first')
    await vi.advanceTimersByTimeAsync(12_000)
    expect(outcomes).toEqual({})
    begin()
    await vi.advanceTimersByTimeAsync(4999)
    expect(outcomes).toEqual({})
    await vi.advanceTimersByTimeAsync(1)
    expect(outcomes.first).toMatch(/^refused/)
  })

  it('keeps no timer where nobody waits', async () => {
    const { begin, wait, leave } = watched()
    begin()
    wait('first')
    expect(vi.getTimerCount()).toBe(1)
    leave()
    expect(vi.getTimerCount()).toBe(0)
  })
})
