import { type ConfigCondition, InvalidInputError, type Repositories } from '@tract/repositories'
import type { JsonObject } from '@tract/schema'
import { describe, expect } from 'vitest'
import { A_TRACT } from '../builders/seeded.js'
import { refusal } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { SAME_TIME, saveCommit } from './seeds.js'

/** Finding commits by the settings of the model call that made them. */
export function commitConfigContract(test: ContractTest): void {
  describe('commits by generation config', () => {
    test('every operator compares numbers', async ({ store }) => {
      await saveConfigs(store, { low: { n: 1 }, mid: { n: 2.5 }, high: { n: 10 } })
      expect(await matching(store, { field: 'n', operator: '=', value: 2.5 })).toEqual(['mid'])
      expect(await matching(store, { field: 'n', operator: '!=', value: 2.5 })).toEqual(['low', 'high'])
      expect(await matching(store, { field: 'n', operator: '>', value: 1 })).toEqual(['mid', 'high'])
      expect(await matching(store, { field: 'n', operator: '>=', value: 2.5 })).toEqual(['mid', 'high'])
      expect(await matching(store, { field: 'n', operator: '<', value: 10 })).toEqual(['low', 'mid'])
      expect(await matching(store, { field: 'n', operator: '<=', value: 2.5 })).toEqual(['low', 'mid'])
      expect(await matching(store, { field: 'n', operator: 'in', value: [10, 1, 7] })).toEqual([
        'low',
        'high',
      ])
    })

    test('every operator compares strings, in order by code point', async ({ store }) => {
      await saveConfigs(store, { a: { s: 'Zoë' }, b: { s: 'apple' }, c: { s: '～' }, d: { s: '😀' } })
      expect(await matching(store, { field: 's', operator: '=', value: 'apple' })).toEqual(['b'])
      expect(await matching(store, { field: 's', operator: '!=', value: 'apple' })).toEqual(['a', 'c', 'd'])
      expect(await matching(store, { field: 's', operator: '<', value: 'apple' })).toEqual(['a'])
      expect(await matching(store, { field: 's', operator: '<=', value: 'apple' })).toEqual(['a', 'b'])
      expect(await matching(store, { field: 's', operator: '>', value: '～' })).toEqual(['d'])
      expect(await matching(store, { field: 's', operator: '>=', value: '～' })).toEqual(['c', 'd'])
      expect(await matching(store, { field: 's', operator: 'in', value: ['😀', 'Zoë'] })).toEqual(['a', 'd'])
    })

    test('a value equals only values of its own JSON type', async ({ store }) => {
      await saveConfigs(store, {
        number: { v: 1 },
        text: { v: '1' },
        true: { v: true },
        null: { v: null },
        list: { v: [1] },
        object: { v: { v: 1 } },
        emptyText: { v: '' },
        zero: { v: 0 },
        false: { v: false },
      })
      const equal = (value: ConfigCondition['value']) => matching(store, { field: 'v', operator: '=', value })
      expect(await equal(1)).toEqual(['number'])
      expect(await equal('1')).toEqual(['text'])
      expect(await equal(true)).toEqual(['true'])
      expect(await equal(null)).toEqual(['null'])
      expect(await equal([1])).toEqual(['list'])
      expect(await equal({ v: 1 })).toEqual(['object'])
      expect(await equal('')).toEqual(['emptyText'])
      expect(await equal(0)).toEqual(['zero'])
      expect(await equal(false)).toEqual(['false'])
      expect(await equal('true')).toEqual([])
      const among = await matching(store, { field: 'v', operator: 'in', value: ['1', true, null] })
      expect(among).toEqual(['text', 'true', 'null'])
    })

    test('another JSON type is different, and has no order', async ({ store }) => {
      await saveConfigs(store, { number: { v: 5 }, text: { v: '5' }, true: { v: true }, null: { v: null } })
      expect(await matching(store, { field: 'v', operator: '!=', value: '5' })).toEqual([
        'number',
        'true',
        'null',
      ])
      expect(await matching(store, { field: 'v', operator: '>', value: 0 })).toEqual(['number'])
      expect(await matching(store, { field: 'v', operator: '<', value: '9' })).toEqual(['text'])
      expect(await matching(store, { field: 'v', operator: '>=', value: true })).toEqual([])
      expect(await matching(store, { field: 'v', operator: '<=', value: null })).toEqual([])
    })

    test('objects equal each other whatever the order of their keys', async ({ store }) => {
      await saveConfigs(store, {
        one: { v: { a: 1, b: [2] } },
        two: { v: { b: [2] } },
        three: { v: { a: 1, b: [3] } },
      })
      const value = { b: [2], a: 1 }
      expect(await matching(store, { field: 'v', operator: '=', value })).toEqual(['one'])
      expect(await matching(store, { field: 'v', operator: 'in', value: [value] })).toEqual(['one'])
      expect(await matching(store, { field: 'v', operator: '!=', value })).toEqual(['two', 'three'])
    })

    test('integers beyond 2^53 compare exactly', async ({ store }) => {
      await saveConfigs(store, { even: { n: 9007199254740992n }, odd: { n: 9007199254740993n } })
      expect(await matching(store, { field: 'n', operator: '=', value: 9007199254740993n })).toEqual(['odd'])
      expect(await matching(store, { field: 'n', operator: '<', value: 9007199254740993n })).toEqual(['even'])
      expect(await matching(store, { field: 'n', operator: '>', value: 5 })).toEqual(['even', 'odd'])
    })

    test('a missing field matches nothing, not even what is not equal or null', async ({ store }) => {
      await saveConfigs(store, { empty: {}, other: { temperature: 1 } })
      await saveCommit(store, { commitHash: 'without config' })
      expect(await matching(store, { field: 'model', operator: '!=', value: 'x' })).toEqual([])
      expect(await matching(store, { field: 'model', operator: '=', value: null })).toEqual([])
      expect(await matching(store, { field: 'model', operator: 'in', value: [null] })).toEqual([])
    })

    test('a field is the literal name of a top-level key', async ({ store }) => {
      const plain = { a: { b: 1 }, 'c.d': 2, 'e[0]': 3, '"f"': 4, "g'h": 5, $: 6, '': 7 }
      await saveConfigs(store, { plain })
      for (const [field, value] of Object.entries(plain)) {
        expect(await matching(store, { field, operator: '=', value }), field).toEqual(['plain'])
      }
      for (const field of ['a.b', '$.a', 'e', 'toString', '__proto__', 'length']) {
        expect(await matching(store, { field, operator: '!=', value: 'x' }), field).toEqual([])
      }
    })

    test('without conditions every commit of the tract matches, one without a config as well', async ({
      store,
    }) => {
      await saveConfigs(store, { a: { m: 'x' } })
      await saveCommit(store, { commitHash: 'b', generationConfigJson: null }, 2)
      expect(await matching(store)).toEqual(['a', 'b'])
    })

    test('all conditions must hold', async ({ store }) => {
      await saveConfigs(store, { one: { m: 'a', t: 1 }, two: { m: 'a', t: 2 }, three: { m: 'b', t: 2 } })
      const model = { field: 'm', operator: '=', value: 'a' } as const
      const temperature = { field: 't', operator: '>', value: 1 } as const
      expect(await matching(store, model, temperature)).toEqual(['two'])
      expect(await matching(store, temperature, { field: 't', operator: '<', value: 2 })).toEqual([])
    })

    test('nothing is among no values', async ({ store }) => {
      await saveConfigs(store, { one: { m: 'a' } })
      expect(await matching(store, { field: 'm', operator: 'in', value: [] })).toEqual([])
    })

    test('commits come oldest first, those of one time in the order of insertion', async ({ store }) => {
      const generationConfigJson = { m: 'a' }
      await saveCommit(store, { commitHash: 'zebra', generationConfigJson, createdAt: SAME_TIME })
      await saveCommit(store, { commitHash: 'apple', generationConfigJson, createdAt: SAME_TIME })
      await saveCommit(store, { commitHash: 'early', generationConfigJson }, 1)
      await saveCommit(store, { commitHash: 'elsewhere', generationConfigJson, tractId: 'another' })
      expect(await matching(store, { field: 'm', operator: '=', value: 'a' })).toEqual([
        'early',
        'zebra',
        'apple',
      ])
    })

    test('whole commits are returned', async ({ store }) => {
      const commit = await saveCommit(store, { generationConfigJson: { m: 'a' } })
      const found = await store.commits.getByConfig(A_TRACT, [{ field: 'm', operator: '=', value: 'a' }])
      expect(found).toEqual([commit])
    })

    test('another operator, another shape and another field of a condition are refused', async ({
      store,
    }) => {
      const conditions = [
        { field: 'm', operator: 'like', value: 'a' },
        { field: 'm', operator: '==', value: 'a' },
        { field: 'm', operator: 'toString', value: 'a' },
        { field: 'm', value: 'a' },
        { field: 'm', operator: 'in', value: 'a' },
        { field: 1, operator: '=', value: 'a' },
        { field: 'm', operator: '=' },
        { field: 'm', operator: '=', value: 'a', not: true },
        'm = a',
        null,
      ]
      for (const condition of conditions) {
        await refusal(InvalidInputError, () => store.commits.getByConfig(A_TRACT, [condition as never]))
      }
      await refusal(InvalidInputError, () => store.commits.getByConfig(A_TRACT, 'm = a' as never))
    })
  })
}

async function saveConfigs(
  store: Repositories,
  configs: Readonly<Record<string, JsonObject>>,
): Promise<void> {
  for (const [index, [commitHash, generationConfigJson]] of Object.entries(configs).entries()) {
    await saveCommit(store, { commitHash, generationConfigJson }, index + 1)
  }
}

async function matching(
  store: Repositories,
  ...conditions: readonly ConfigCondition[]
): Promise<readonly string[]> {
  const commits = await store.commits.getByConfig(A_TRACT, conditions)
  return commits.map(({ commitHash }) => commitHash)
}
