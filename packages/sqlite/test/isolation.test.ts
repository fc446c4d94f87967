import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Transaction, TransactionEndedError, UnfinishedTransactionError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { it } from './support/it.js'
import { randomNumbers } from './support/random.js'
import { aBlob, hash } from './support/rows.js'
import { signal } from './support/signal.js'

class Refusal extends Error {}

// TypeORM shares one query runner: without a gate, the transactions below run in one SQLite transaction, and the
// first of them to end commits or rolls back for all (typeorm#307, #1884, #8668).
describe('transactions that overlap', () => {
  it('leave what one committed when another rolls back', async ({ store }) => {
    const begun = signal()
    const [kept, failed] = await Promise.allSettled([
      store.transaction(async (tx) => {
        await tx.blobs.saveIfAbsent(aBlob(1))
        begun.give()
        await nextTurn()
        await tx.blobs.saveIfAbsent(aBlob(2))
      }),
      begun.given.then(() =>
        store.transaction(async (tx) => {
          await tx.blobs.saveIfAbsent(aBlob(3))
          throw new Refusal()
        }),
      ),
    ])
    expect(kept.status).toBe('fulfilled')
    expect(failed).toMatchObject({ status: 'rejected', reason: expect.any(Refusal) })
    const found = await store.blobs.getMany([hash(1), hash(2), hash(3)])
    expect([...found.keys()]).toEqual([hash(1), hash(2)])
  })

  it('undo all that one wrote when it rolls back, also what it wrote after another had ended', async ({
    store,
  }) => {
    const begun = signal()
    const otherMayGo = signal()
    const failing = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      begun.give()
      await otherMayGo.given
      await tx.blobs.saveIfAbsent(aBlob(2))
      throw new Refusal()
    })
    await begun.given
    const other = store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(3)))
    await nextTurn()
    otherMayGo.give()
    await expect(failing).rejects.toBeInstanceOf(Refusal)
    await other
    const found = await store.blobs.getMany([hash(1), hash(2), hash(3)])
    expect([...found.keys()]).toEqual([hash(3)])
  })

  it('keep a plain write that was made meanwhile', async ({ store }) => {
    const begun = signal()
    const mayFail = signal()
    const failing = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      begun.give()
      await mayFail.given
      throw new Refusal()
    })
    await begun.given
    const plainWrite = store.blobs.saveIfAbsent(aBlob(2))
    mayFail.give()
    await expect(failing).rejects.toBeInstanceOf(Refusal)
    await plainWrite
    expect(await store.blobs.get(hash(1))).toBeNull()
    expect(await store.blobs.get(hash(2))).not.toBeNull()
  })

  it('run in the order of their arrival, plain writes among them', async ({ store }) => {
    const order: number[] = []
    const arrive = (number: number) =>
      number % 3 === 0
        ? store.blobs.saveIfAbsent(aBlob(number)).then(() => order.push(number))
        : store.transaction(async (tx) => {
            await nextTurn()
            await tx.blobs.saveIfAbsent(aBlob(number))
            order.push(number)
          })
    const numbers = Array.from({ length: 30 }, (_, index) => index)
    await Promise.all(numbers.map(arrive))
    expect(order).toEqual(numbers)
  })

  it('leave exactly what the successful ones of a thousand wrote, a third failing at random points', async ({
    store,
    plain,
  }) => {
    const random = randomNumbers(20260210)
    const expected: string[] = []
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) => {
        const fails = random() < 1 / 3
        const writes = 1 + Math.floor(random() * 4)
        const failsAfter = Math.floor(random() * (writes + 1))
        const pauses = random() < 0.2
        const numbers = Array.from({ length: writes }, (_item, write) => index * 10 + write)
        if (!fails) expected.push(...numbers.map(hash))
        return store.transaction(async (tx) => {
          for (const [write, number] of numbers.entries()) {
            if (fails && write === failsAfter) throw new Refusal()
            if (pauses) await nextTurn()
            await tx.blobs.saveIfAbsent(aBlob(number))
          }
          if (fails) throw new Refusal()
        })
      }),
    )
    const failures = outcomes.filter(({ status }) => status === 'rejected')
    expect(failures.length).toBeGreaterThan(250)
    const stored = plain().prepare('SELECT content_hash FROM blobs ORDER BY content_hash').pluck().all()
    expect(stored).toEqual(expected.sort())
  })
})

describe('a read outside of a transaction', () => {
  // On the writer's handle it would see the half of a transaction that stands there.
  it('sees committed data only', async ({ store }) => {
    const written = signal()
    const mayEnd = signal()
    const running = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      written.give()
      await mayEnd.given
    })
    await written.given
    expect(await store.blobs.get(hash(1))).toBeNull()
    mayEnd.give()
    await running
    expect(await store.blobs.get(hash(1))).not.toBeNull()
  })

  it('sees committed data only in memory too, where it waits for its turn', async ({ open }) => {
    const store = await open(':memory:')
    const written = signal()
    const mayEnd = signal()
    const running = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      written.give()
      await mayEnd.given
      throw new Refusal()
    })
    await written.given
    const read = store.blobs.get(hash(1))
    mayEnd.give()
    await expect(running).rejects.toBeInstanceOf(Refusal)
    expect(await read).toBeNull()
  })

  it('sees what was written before it, at once', async ({ store }) => {
    for (let number = 1; number <= 50; number++) {
      await store.blobs.saveIfAbsent(aBlob(number))
      expect(await store.blobs.get(hash(number))).not.toBeNull()
    }
  })
})

describe('a call made inside a transaction', () => {
  it('belongs to it also when it goes through the store', async ({ store }) => {
    const failing = store.transaction(async () => {
      await store.blobs.saveIfAbsent(aBlob(1))
      expect(await store.blobs.get(hash(1))).not.toBeNull()
      throw new Refusal()
    })
    await expect(failing).rejects.toBeInstanceOf(Refusal)
    expect(await store.blobs.get(hash(1))).toBeNull()
  })

  it('is refused when the transaction has ended, never a write of its own', async ({ store }) => {
    let kept: Transaction | undefined
    let late: Promise<unknown> = Promise.resolve()
    const ended = signal()
    await store.transaction(async (tx) => {
      kept = tx
      late = ended.given.then(() => store.blobs.saveIfAbsent(aBlob(1)))
      late.catch(() => {})
    })
    ended.give()
    await expect(late).rejects.toBeInstanceOf(TransactionEndedError)
    await expect(kept?.blobs.saveIfAbsent(aBlob(2))).rejects.toBeInstanceOf(TransactionEndedError)
    await expect(kept?.blobs.get(hash(1))).rejects.toBeInstanceOf(TransactionEndedError)
    await expect(kept?.transaction(async () => 1)).rejects.toBeInstanceOf(TransactionEndedError)
    expect((await store.blobs.getMany([hash(1), hash(2)])).size).toBe(0)
  })

  it('is refused when SQLite has ended the transaction by itself', async ({ store }) => {
    // What a full disk does: the transaction is gone, and the next statement would commit by itself.
    const failing = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      await store.withManager((manager) => manager.query('ROLLBACK'))
      await tx.blobs.saveIfAbsent(aBlob(2))
    })
    await expect(failing).rejects.toBeInstanceOf(TransactionEndedError)
    expect((await store.blobs.getMany([hash(1), hash(2)])).size).toBe(0)
    await store.blobs.saveIfAbsent(aBlob(3))
    expect(await store.blobs.get(hash(3))).not.toBeNull()
  })
})

describe('a transaction inside a transaction', () => {
  it('is rolled back alone when it fails', async ({ store }) => {
    await store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      const inner = tx.transaction(async (nested) => {
        await nested.blobs.saveIfAbsent(aBlob(2))
        throw new Refusal()
      })
      await expect(inner).rejects.toBeInstanceOf(Refusal)
      await tx.blobs.saveIfAbsent(aBlob(3))
    })
    const found = await store.blobs.getMany([hash(1), hash(2), hash(3)])
    expect([...found.keys()]).toEqual([hash(1), hash(3)])
  })

  it('is rolled back with the outer one', async ({ store }) => {
    const outer = store.transaction(async () => {
      await store.transaction((nested) => nested.blobs.saveIfAbsent(aBlob(1)))
      throw new Refusal()
    })
    await expect(outer).rejects.toBeInstanceOf(Refusal)
    expect(await store.blobs.get(hash(1))).toBeNull()
  })

  // Two savepoints open at once nest whatever was meant, and the first to fail takes the other along.
  it('takes turns with its siblings: one that fails takes nothing of the others along', async ({ store }) => {
    await store.transaction(async (tx) => {
      await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          tx.transaction(async (nested) => {
            await nested.blobs.saveIfAbsent(aBlob(index))
            await nextTurn()
            await nested.blobs.saveIfAbsent(aBlob(100 + index))
            if (index % 3 === 0) throw new Refusal()
          }),
        ),
      )
    })
    const numbers = Array.from({ length: 20 }, (_, index) => index)
    const wanted = [...numbers, ...numbers.map((number) => 100 + number)].map(hash)
    const survivors = numbers.filter((number) => number % 3 !== 0)
    const expected = [...survivors, ...survivors.map((number) => 100 + number)].map(hash)
    expect([...(await store.blobs.getMany(wanted)).keys()]).toEqual(expected)
  })

  it('does not undo what the outer one wrote beside it', async ({ store }) => {
    await store.transaction(async (tx) => {
      const begun = signal()
      const mayFail = signal()
      const inner = tx.transaction(async (nested) => {
        await nested.blobs.saveIfAbsent(aBlob(1))
        begun.give()
        await mayFail.given
        throw new Refusal()
      })
      await begun.given
      const beside = tx.blobs.saveIfAbsent(aBlob(2))
      mayFail.give()
      await expect(inner).rejects.toBeInstanceOf(Refusal)
      await beside
    })
    const found = await store.blobs.getMany([hash(1), hash(2)])
    expect([...found.keys()]).toEqual([hash(2)])
  })

  it('may call through the outer one without waiting for its own end', async ({ store }) => {
    await store.transaction((tx) =>
      tx.transaction(async () => {
        await tx.blobs.saveIfAbsent(aBlob(1))
        await tx.transaction((deeper) => deeper.blobs.saveIfAbsent(aBlob(2)))
      }),
    )
    expect((await store.blobs.getMany([hash(1), hash(2)])).size).toBe(2)
  })

  it('that nobody waited for rolls everything back', async ({ store }) => {
    const mayEnd = signal()
    let inner: Promise<unknown> = Promise.resolve()
    const outer = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      inner = tx.transaction(async (nested) => {
        await nested.blobs.saveIfAbsent(aBlob(2))
        await mayEnd.given
        await nested.blobs.saveIfAbsent(aBlob(3))
      })
      inner.catch(() => {})
    })
    await expect(outer).rejects.toBeInstanceOf(UnfinishedTransactionError)
    // The next transaction runs on the same handle when the forgotten one wakes up.
    await store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(4))
      mayEnd.give()
      await expect(inner).rejects.toBeInstanceOf(TransactionEndedError)
      await tx.blobs.saveIfAbsent(aBlob(5))
    })
    const found = await store.blobs.getMany([1, 2, 3, 4, 5].map(hash))
    expect([...found.keys()]).toEqual([hash(4), hash(5)])
  })
})

describe('transactions of two stores', () => {
  it('are each their own, also one inside the other', async ({ store, open, folder }) => {
    const other = await open(`${folder}/other.db`)
    const failing = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      await other.transaction(async () => {
        await other.blobs.saveIfAbsent(aBlob(2))
        await store.blobs.saveIfAbsent(aBlob(3))
      })
      throw new Refusal()
    })
    await expect(failing).rejects.toBeInstanceOf(Refusal)
    expect((await store.blobs.getMany([1, 2, 3].map(hash))).size).toBe(0)
    expect([...(await other.blobs.getMany([1, 2, 3].map(hash))).keys()]).toEqual([hash(2)])
  })
})

describe('a transaction that cannot begin or commit', () => {
  it('leaves none open when COMMIT fails, and nothing of it', async ({ store }) => {
    const failing = store.transaction(async () => {
      await store.withManager(async (manager) => {
        // Foreign keys are then looked at by COMMIT.
        await manager.query('PRAGMA defer_foreign_keys = ON')
        await manager.query(`INSERT INTO commit_parents VALUES ('absent', 'absent too', 0)`)
      })
    })
    await expect(failing).rejects.toThrow(/FOREIGN KEY/)
    expect(await store.commitParents.getParents('absent')).toEqual([])
    await store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(1)))
    expect(await store.blobs.get(hash(1))).not.toBeNull()
  })

  it('because the disk is full leaves nothing, and the store works on', async ({ store }) => {
    const pages = (count: number) =>
      store.withManager((manager) => manager.query(`PRAGMA max_page_count = ${count}`))
    await store.blobs.saveIfAbsent(aBlob(1))
    await pages(80)
    const large = (number: number) => aBlob(number, { payloadJson: 'x'.repeat(100_000), byteSize: 100_000 })
    const failing = store.transaction(async (tx) => {
      for (let number = 2; number < 20; number++) await tx.blobs.saveIfAbsent(large(number))
    })
    await expect(failing).rejects.toMatchObject({ code: 'storage_failed', reason: 'SQLITE_FULL' })
    await expect(
      store.blobs.saveIfAbsent(aBlob(20, { payloadJson: 'x'.repeat(1_000_000) })),
    ).rejects.toMatchObject({
      code: 'storage_failed',
    })
    const caught = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(30))
      await tx
        .transaction(async (nested) => {
          for (let number = 31; number < 50; number++) await nested.blobs.saveIfAbsent(large(number))
        })
        .catch(() => {})
      await tx.blobs.saveIfAbsent(aBlob(50))
    })
    const [outcome] = await Promise.allSettled([caught])
    const stored = await store.blobs.getMany(Array.from({ length: 60 }, (_, number) => hash(number)))
    const whole = [hash(1), hash(30), hash(50)]
    expect([...stored.keys()]).toEqual(outcome.status === 'fulfilled' ? whole : [hash(1)])
    await pages(1_000_000)
    await store.blobs.saveIfAbsent(large(60))
    expect(await store.checkIntegrity()).toMatchObject({ ok: true })
  })

  it('passes the error of its function on as it is', async ({ store }) => {
    const refusal = new Refusal('as it is')
    const failing = store.transaction(async () => {
      throw refusal
    })
    await expect(failing).rejects.toBe(refusal)
  })
})
