import { describe, expect, it } from 'vitest'
import { Gate } from '../src/gate.js'

describe('a gate', () => {
  it('that is free is entered at once, without a turn of the event loop', () => {
    const gate = new Gate()
    expect(gate.isFree).toBe(true)
    expect(gate.enter()).toBeUndefined()
    expect(gate.isFree).toBe(false)
    gate.leave()
    expect(gate.isFree).toBe(true)
  })

  it('lets those that wait in one at a time, in the order of their arrival', async () => {
    const gate = new Gate()
    const order: number[] = []
    let inside = 0
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await gate.enter()
        expect(++inside).toBe(1)
        await Promise.resolve()
        order.push(index)
        inside--
        gate.leave()
      }),
    )
    expect(order).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(gate.isFree).toBe(true)
  })

  it('handed to one that waits cannot be entered by one that comes later', () => {
    const gate = new Gate()
    void gate.enter()
    const waiting = gate.enter()
    gate.leave()
    expect(waiting).toBeInstanceOf(Promise)
    expect(gate.isFree).toBe(false)
    expect(gate.enter()).toBeInstanceOf(Promise)
  })

  it('lets a hundred thousand in, one after another', async () => {
    const gate = new Gate()
    void gate.enter()
    const arrivals = Array.from({ length: 100_000 }, (_, number) => number)
    const admitted: number[] = []
    const turns = arrivals.map(async (number) => {
      await gate.enter()
      admitted.push(number)
      gate.leave()
    })
    gate.leave()
    await Promise.all(turns)
    expect(admitted).toEqual(arrivals)
    expect(gate.isFree).toBe(true)
  })
})
