import { setImmediate as nextTurn } from 'node:timers/promises'
import { TransactionEndedError, UnfinishedTransactionError } from '@tract/repositories'
import { OperationEventRow } from '@tract/schema'
import { Column, Entity, type EntityManager, EntitySchema, PrimaryColumn, QueryFailedError } from 'typeorm'
import { describe, expect } from 'vitest'
import type { SqliteStore } from '../src/index.js'
import { it as base } from './support/it.js'
import { aBlob, anEvent, hash } from './support/rows.js'
import { signal } from './support/signal.js'

/** An entity of an application's own, as a decorated class. */
@Entity('notes')
class Note {
  @PrimaryColumn({ type: 'integer' })
  id = 0

  @Column({ type: 'text' })
  text = ''
}

/** Another one, as a schema. */
const Tag = new EntitySchema<{ name: string }>({
  name: 'tag',
  tableName: 'tags',
  columns: { name: { type: 'text', primary: true } },
})

const APP_TABLES = [
  'CREATE TABLE IF NOT EXISTS notes (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS tags (name TEXT NOT NULL PRIMARY KEY)',
]

const it = base.extend<{ app: SqliteStore }>({
  app: async ({ open }, use) => {
    const store = await open(undefined, { entities: [Note, Tag] })
    await store.withManager(async (manager) => {
      for (const sql of APP_TABLES) await manager.query(sql)
    })
    await use(store)
  },
})

class Refusal extends Error {}

function note(id: number, text = 'a note'): Note {
  return Object.assign(new Note(), { id, text })
}

async function notes(store: SqliteStore): Promise<readonly number[]> {
  return store.withManager(async (manager) => {
    const found = await manager.find(Note, { order: { id: 'ASC' } })
    return found.map(({ id }) => id)
  })
}

describe('withManager', () => {
  it("writes an application's own entities together with ours: both or neither", async ({ app }) => {
    await app.withManager(async (manager) => {
      await manager.save(note(1))
      await manager.insert(Tag, { name: 'a tag' })
      await app.blobs.saveIfAbsent(aBlob(1))
    })
    const failing = app.withManager(async (manager) => {
      await manager.save(note(2))
      await app.blobs.saveIfAbsent(aBlob(2))
      throw new Refusal()
    })
    await expect(failing).rejects.toBeInstanceOf(Refusal)
    expect(await notes(app)).toEqual([1])
    expect((await app.blobs.getMany([hash(1), hash(2)])).size).toBe(1)
  })

  it('joins the transaction that it is called in', async ({ app }) => {
    const failing = app.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      await app.withManager((manager) => manager.save(note(1)))
      throw new Refusal()
    })
    await expect(failing).rejects.toBeInstanceOf(Refusal)
    expect(await notes(app)).toEqual([])
    await app.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      await app.withManager((manager) => manager.save([note(1), note(2)]))
    })
    expect(await notes(app)).toEqual([1, 2])
    expect(await app.blobs.get(hash(1))).not.toBeNull()
  })

  it('that fails inside a transaction is rolled back alone where the failure is caught', async ({ app }) => {
    await app.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      const failing = app.withManager(async (manager) => {
        await manager.save(note(1))
        await app.blobs.saveIfAbsent(aBlob(2))
        throw new Refusal()
      })
      await expect(failing).rejects.toBeInstanceOf(Refusal)
    })
    expect(await notes(app)).toEqual([])
    expect([...(await app.blobs.getMany([hash(1), hash(2)])).keys()]).toEqual([hash(1)])
  })

  it('lets the repositories called inside see and share what the manager wrote, and the other way', async ({
    app,
  }) => {
    await app.withManager(async (manager) => {
      await manager.insert(OperationEventRow, {
        eventId: 'event-1',
        tractId: 'a-tract',
        eventType: 'compress',
        createdAt: anEvent(1).createdAt as OperationEventRow['createdAt'],
        originalTokens: 7,
        compressedTokens: 3,
      })
      const ours = await app.operationEvents.getEvent('event-1')
      expect(ours).toEqual(await manager.findOneBy(OperationEventRow, { eventId: 'event-1' }))
      await app.operationEvents.saveEvent(anEvent(2))
      expect(await manager.countBy(OperationEventRow, { tractId: 'a-tract' })).toBe(2)
    })
  })

  it("makes the manager's own transaction() a savepoint of the unit", async ({ app }) => {
    await app.withManager(async (manager) => {
      await manager.save(note(1))
      const failing = manager.transaction(async (inner) => {
        await inner.save(note(2))
        throw new Refusal()
      })
      await expect(failing).rejects.toBeInstanceOf(Refusal)
      await manager.transaction((inner) => inner.save(note(3)))
    })
    expect(await notes(app)).toEqual([1, 3])
  })

  // TypeORM counts savepoints for the whole runner: begun side by side, the first to end takes the other's.
  it("makes the manager's transactions that are begun side by side take turns", async ({ app }) => {
    await app.withManager(async (manager) => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 9 }, (_, index) =>
          manager.transaction(async (inner) => {
            await inner.insert(Note, note(index))
            await nextTurn()
            await inner.insert(Note, note(100 + index))
            if (index % 3 === 0) throw new Refusal()
          }),
        ),
      )
      expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(3)
    })
    expect(await notes(app)).toEqual([1, 2, 4, 5, 7, 8, 101, 102, 104, 105, 107, 108])
  })

  it("keeps a repository's write that was made beside a transaction of the manager's which fails", async ({
    app,
  }) => {
    await app.withManager(async (manager) => {
      const begun = signal()
      const mayFail = signal()
      const inner = manager.transaction(async (nested) => {
        await nested.insert(Note, note(1))
        begun.give()
        await mayFail.given
        throw new Refusal()
      })
      await begun.given
      const beside = app.blobs.saveIfAbsent(aBlob(1))
      mayFail.give()
      await expect(inner).rejects.toBeInstanceOf(Refusal)
      await beside
    })
    expect(await notes(app)).toEqual([])
    expect(await app.blobs.get(hash(1))).not.toBeNull()
  })

  it("passes the errors of the manager's queries on as TypeORM's", async ({ app }) => {
    await app.withManager((manager) => manager.insert(Note, note(1)))
    const failing = app.withManager((manager) => manager.insert(Note, note(1)))
    await expect(failing).rejects.toBeInstanceOf(QueryFailedError)
    await expect(app.withManager((manager) => manager.query('SELEC 1'))).rejects.toBeInstanceOf(
      QueryFailedError,
    )
    expect(await notes(app)).toEqual([1])
  })

  it('never commits half of a save() that nobody waited for', async ({ app }) => {
    let saving: Promise<unknown> = Promise.resolve()
    const unit = app.withManager(async (manager) => {
      saving = manager.save([note(1), note(2), note(3)])
      saving.catch(() => {})
    })
    await Promise.allSettled([unit])
    await expect(saving).rejects.toThrow()
    expect(await notes(app)).toEqual([])
  })

  // TypeORM waits between taking a turn and running its statement: the transaction may be over in between.
  it('never runs a query outside of the transaction that did not wait for it', async ({ app }) => {
    let late: Promise<unknown> | undefined
    const unit = app.withManager(async (manager) => {
      await manager.query("INSERT INTO notes VALUES (1, 'waited for')")
      late = manager.query("INSERT INTO notes VALUES (2, 'not waited for')").catch((error: unknown) => error)
    })
    await expect(unit).rejects.toBeInstanceOf(UnfinishedTransactionError)
    expect(await late).toBeInstanceOf(TransactionEndedError)
    expect(await app.withManager((manager) => manager.count(Note))).toBe(0)
  })

  it('takes its turn: units that overlap do not mix', async ({ app }) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) =>
        app.withManager(async (manager) => {
          await manager.save(note(index))
          await nextTurn()
          await manager.save(note(1000 + index))
          if (index % 3 === 0) throw new Refusal()
        }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(20)
    const survivors = Array.from({ length: 60 }, (_, index) => index).filter((index) => index % 3 !== 0)
    expect(await notes(app)).toEqual([...survivors, ...survivors.map((id) => 1000 + id)])
  })

  it('keeps queries that were made at once in order, plain repository calls among them', async ({ app }) => {
    await app.withManager(async (manager) => {
      await Promise.all([
        manager.save(note(1)),
        app.blobs.saveIfAbsent(aBlob(1)),
        app.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(2))),
        manager.save(note(2)),
        app.withManager((inner) => inner.insert(Tag, { name: 'a tag' })),
      ])
    })
    expect(await notes(app)).toEqual([1, 2])
    expect((await app.blobs.getMany([hash(1), hash(2)])).size).toBe(2)
  })

  it('ends its manager: a later query is a typed error, never a write of its own', async ({ app }) => {
    let kept: EntityManager | undefined
    await app.withManager(async (manager) => {
      kept = manager
      await manager.save(note(1))
    })
    await expect(kept?.insert(Note, note(2))).rejects.toBeInstanceOf(TransactionEndedError)
    await expect(kept?.find(Note)).rejects.toBeInstanceOf(TransactionEndedError)
    await expect(kept?.save(note(3))).rejects.toBeInstanceOf(TransactionEndedError)
    await expect(kept?.query('DELETE FROM notes')).rejects.toBeInstanceOf(TransactionEndedError)
    // Also while a later unit is open on the same handle.
    const open = signal()
    const mayEnd = signal()
    const later = app.transaction(async () => {
      open.give()
      await mayEnd.given
    })
    await open.given
    await expect(kept?.insert(Note, note(4))).rejects.toBeInstanceOf(TransactionEndedError)
    mayEnd.give()
    await later
    expect(await notes(app)).toEqual([1])
  })

  it('ends the manager of a unit that failed, also while the outer transaction goes on', async ({ app }) => {
    let kept: EntityManager | undefined
    await app.transaction(async () => {
      const failing = app.withManager(async (manager) => {
        kept = manager
        throw new Refusal()
      })
      await expect(failing).rejects.toBeInstanceOf(Refusal)
      await expect(kept?.insert(Note, note(1))).rejects.toBeInstanceOf(TransactionEndedError)
    })
    expect(await notes(app)).toEqual([])
  })

  it('works in memory', async ({ open }) => {
    const store = await open(':memory:', { entities: [Note] })
    await store.withManager(async (manager) => {
      await manager.query(APP_TABLES[0] ?? '')
      await manager.save(note(1))
    })
    expect(await notes(store)).toEqual([1])
  })

  it('returns what its function returns', async ({ app }) => {
    expect(await app.withManager(async () => 'a result')).toBe('a result')
  })

  it('refuses what is no function', async ({ app }) => {
    // @ts-expect-error a program without types may pass this
    await expect(app.withManager('SELECT 1')).rejects.toMatchObject({ code: 'invalid_input' })
    // @ts-expect-error
    await expect(app.transaction(undefined)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

it('indexed token columns', async ({ store }) => {
  for (let number = 1; number <= 20; number++) {
    await store.operationEvents.saveEvent(
      anEvent(number, { originalTokens: number * 100, compressedTokens: number }),
    )
  }
  await store.withManager(async (manager) => {
    const events = manager.getRepository(OperationEventRow)
    for (const [property, column, value] of [
      ['originalTokens', 'original_tokens', 1500],
      ['compressedTokens', 'compressed_tokens', 15],
    ] as const) {
      const query = events
        .createQueryBuilder('event')
        .where(`event.${property} >= :value`, { value })
        .orderBy(`event.${property}`, 'DESC')
      expect((await query.getMany()).map((event) => event.eventId)).toEqual(
        [20, 19, 18, 17, 16, 15].map((number) => `event-${number}`),
      )
      const plan: { detail: string }[] = await manager.query(
        `EXPLAIN QUERY PLAN ${query.getQuery().replace(':value', '?')}`,
        [value],
      )
      expect(plan.map(({ detail }) => detail).join('\n')).toBe(
        `SEARCH event USING INDEX ix_operation_events_${column} (${column}>?)`,
      )
    }
  })
})
