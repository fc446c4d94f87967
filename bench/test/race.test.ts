import { describe, expect, it } from 'vitest'
import { measure } from '../dist/harness/measure.js'
import { raceOf } from '../dist/harness/race.js'
import { assertSameAnswers } from '../dist/harness/same-answers.js'

describe('answers', () => {
  it('may be an instance here and a plain object there', async () => {
    class Row {
      readonly id = 1
    }
    const race = raceOf({ next: () => 0, contestants: { tract: () => new Row(), limit: () => ({ id: 1 }) } })
    await expect(assertSameAnswers('rows', race)).resolves.toBeUndefined()
  })

  it('that differ stop the benchmark, naming who answered what', async () => {
    const race = raceOf({
      next: () => 7,
      contestants: { tract: async () => [1, 2], limit: () => [1, 2], kysely: async () => [2, 1] },
    })
    await expect(assertSameAnswers('order', race)).rejects.toThrow(
      'order: kysely answers 7 with [2,1], tract with [1,2]',
    )
  })

  it('of a write are what it left, and are taken back before the next one writes', async () => {
    const rows = new Map<number, string>()
    const insert = (text: string) => (id: number) => {
      if (rows.has(id)) throw new Error('written twice')
      rows.set(id, text)
    }
    const race = (text: string) =>
      raceOf<number>({
        next: () => 1,
        contestants: { tract: insert('a'), limit: insert(text) },
        observe: (id) => rows.get(id),
        undo: (id) => {
          rows.delete(id)
        },
      })
    await expect(assertSameAnswers('write', race('a'))).resolves.toBeUndefined()
    await expect(assertSameAnswers('write', race('b'))).rejects.toThrow('limit answers 1 with "b"')
  })
})

describe('measuring', () => {
  it('takes as many samples of each contestant as there are rounds, and settles before each', async () => {
    let settled = 0
    const race = raceOf({
      next: () => 0,
      contestants: { tract: async () => 1, limit: () => 1 },
      settle: () => {
        settled += 1
      },
    })
    const times = await measure(race, { rounds: 5, sampleMs: 0.1, warmUpMs: 0 })
    expect([...times.keys()]).toEqual(['tract', 'limit'])
    expect(times.get('tract')).toHaveLength(5)
    expect(times.get('limit')?.every((nanoseconds) => nanoseconds > 0)).toBe(true)
    expect(settled).toBeGreaterThanOrEqual(2 * 5)
  })

  it('begins each round with another contestant', async () => {
    const calls: string[] = []
    const race = raceOf({
      next: () => 0,
      contestants: { tract: () => calls.push('tract'), limit: () => calls.push('limit') },
      mostCalls: 1,
    })
    await measure(race, { rounds: 2, sampleMs: 0, warmUpMs: 0 })
    expect(calls.slice(-4)).toEqual(['tract', 'limit', 'limit', 'tract'])
  })

  it('goes on to more rounds while there is time', async () => {
    const race = raceOf({ next: () => 0, contestants: { tract: () => 1, limit: () => 1 } })
    const brief = { sampleMs: 0, warmUpMs: 0 }
    const firm = await measure(race, { ...brief, rounds: 2, more: { rounds: 6, withinMs: 10_000 } })
    expect(firm.get('limit')).toHaveLength(6)
    const late = await measure(race, { ...brief, rounds: 2, more: { rounds: 6, withinMs: 0 } })
    expect(late.get('limit')).toHaveLength(2)
  })

  it('makes no more calls in a sample than a race of writes allows', async () => {
    let calls = 0
    let most = 0
    const race = raceOf({
      next: () => 0,
      contestants: { tract: () => ++calls, limit: () => ++calls },
      settle: () => {
        most = Math.max(most, calls)
        calls = 0
      },
      mostCalls: 7,
    })
    await measure(race, { rounds: 3, sampleMs: 50, warmUpMs: 5 })
    expect(most).toBe(7)
  })
})
