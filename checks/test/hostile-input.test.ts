import * as history from '@tract/history'
import * as migrations from '@tract/migrations'
import * as repositories from '@tract/repositories'
import { TractError } from '@tract/repositories'
import * as schema from '@tract/schema'
import { InvalidValueError, UnreadableValueError } from '@tract/schema'
import * as sqlite from '@tract/sqlite'
import * as testkit from '@tract/testkit'
import { anything, assert, asyncProperty, constantFrom, nat, object, oneof, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PUBLIC, type PublicCall, type PublicTable } from '../src/hostile/calls.js'
import {
  HOSTILE_VALUES,
  type HostileValue,
  OWN_ERROR,
  withField,
  withThrowing,
} from '../src/hostile/values.js'
import { newWorld, type World } from '../src/hostile/world.js'

const PACKAGES: Readonly<Record<string, object>> = {
  '@tract/schema': schema,
  '@tract/repositories': repositories,
  '@tract/migrations': migrations,
  '@tract/sqlite': sqlite,
  '@tract/history': history,
  '@tract/testkit': testkit,
}

it.each(Object.entries(PACKAGES))(
  'everything that %s exports stands in the table of what is tried',
  (name, exports) => {
    expect(Object.keys(PUBLIC[name] ?? {}).sort()).toEqual(Object.keys(exports).sort())
  },
)

it.each([
  ['SqliteStore', sqlite.SqliteStore.prototype, '@tract/sqlite', 'SqliteStore'],
  [
    'History',
    Object.getPrototypeOf(history.history({ transaction: () => {}, commits: {} } as never, 't')),
    '@tract/history',
    'history',
  ],
] as const)('every method of %s stands in it', (_class, prototype, name, entry) => {
  const tried = PUBLIC[name]?.[entry]
  const names = new Set(typeof tried === 'string' ? [] : tried?.map((call) => call.name))
  const methods = Object.getOwnPropertyNames(prototype).filter((method) => method !== 'constructor')
  expect(methods.filter((method) => !names.has(method))).toEqual([])
})

interface HostileCall {
  readonly place: number
  readonly what: string
  readonly values: readonly unknown[]
}

/** Every call with one argument, or one field of an argument, replaced. */
function* hostileCalls({ takes }: PublicCall, world: World): Generator<HostileCall> {
  const good = takes(world)
  const places = Math.max(1, good.length)
  for (let place = 0; place < places; place++) {
    const replaced = (value: unknown) => [...good.slice(0, place), value, ...good.slice(place + 1)]
    for (const [what, make] of Object.entries(HOSTILE_VALUES))
      yield { place, what: `argument ${place}: ${what}`, values: replaced(make()) }
    const object = good[place]
    if (!isPlain(object)) continue
    for (const field of ['misspelt', '__proto__', 'constructor', 'toString']) {
      yield {
        place,
        what: `a field ${field} in argument ${place}`,
        values: replaced(withField(object, field, 'x')),
      }
    }
    for (const field of Object.keys(object)) {
      yield {
        place,
        what: `a ${field} that throws in argument ${place}`,
        values: replaced(withThrowing(object, field)),
      }
      for (const [what, make] of Object.entries(HOSTILE_VALUES)) {
        yield {
          place,
          what: `${field} in argument ${place}: ${what}`,
          values: replaced(withField(object, field, make())),
        }
      }
    }
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}

const IS_TYPED = [TractError, InvalidValueError, UnreadableValueError]

const OF_TESTKIT = /found .*expected|expected|merges need|an error of a getter|a proxy that has been revoked/

/** What is wrong about an error; `null` where it is one of ours, or the caller's own that a function of the caller's threw. */
function faultOf(error: unknown, name: string): string | null {
  if (IS_TYPED.some((type) => error instanceof type)) return null
  if (
    error instanceof Error &&
    (error.message === OWN_ERROR || error.message.startsWith('Class constructor Hostile'))
  )
    return null
  // What is for tests says in words what was found and expected, and lets pass what a value of the test's throws.
  if (name === '@tract/testkit' && error instanceof Error && OF_TESTKIT.test(error.message)) return null
  return String(
    error instanceof Error ? (error.stack ?? error).toString().split('\n').slice(0, 4).join(' ') : error,
  )
}

/** The calls of a package's table, by their titles. */
function callsOf(table: PublicTable): readonly (readonly [title: string, call: PublicCall])[] {
  return Object.entries(table).flatMap(([entry, calls]) =>
    typeof calls === 'string' ? [] : calls.map((call) => [`${entry} ${call.name}`.trim(), call] as const),
  )
}

describe.each(Object.entries(PUBLIC).filter(([, table]) => callsOf(table).length > 0))(
  '%s',
  (name, table) => {
    it.each(callsOf(table))(
      '%s answers, or refuses with a typed error before anything is written',
      async (_entry, call) => {
        const world = await newWorld()
        const faults: string[] = []
        try {
          let before = await world.contents()
          for (const { place, what, values } of hostileCalls(call, world)) {
            const refused = await outcomeOf(call, world, values)
            if (refused !== null && place !== call.stream) {
              const fault = faultOf(refused.error, name)
              if (fault !== null) faults.push(`${what}: ${fault}`)
            }
            const after = await world.contents()
            if (refused !== null && after !== before)
              faults.push(`${what}: it was refused and something was written`)
            before = after
          }
        } finally {
          await world.end()
        }
        if (faults.length > 0) throw new Error(`${faults.length} faults:\n${faults.join('\n')}`)
        expect(Object.keys(Object.prototype)).toEqual([])
        expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined()
      },
    )
  },
)

async function outcomeOf(
  { call }: PublicCall,
  world: World,
  values: readonly unknown[],
): Promise<{ readonly error: unknown } | null> {
  try {
    await call(world, ...values)
    return null
  } catch (error) {
    return { error }
  }
}

const RUNS = 150
/** Values of every kind that JavaScript has, nested at random. */
const ANYTHING = oneof(
  anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  }).map(made),
  object({ key: constantFrom('__proto__', 'constructor', 'toString', 'tractId', 'commits', '') }).map(made),
  constantFrom(...Object.values(HOSTILE_VALUES)),
)

/** What makes the value: fast-check looks into the values of its own, which some of ours do not bear. */
function made(value: unknown): HostileValue {
  return () => value
}

it.each(['@tract/schema', '@tract/migrations', '@tract/sqlite', '@tract/history'])(
  'any values at any places of any call of %s get an answer or a typed error',
  async (name) => {
    const world = await newWorld()
    const plan = record({
      tried: constantFrom(...callsOf(PUBLIC[name] ?? {})),
      first: record({ place: nat(3), field: nat(9), value: ANYTHING }),
      second: record({ place: nat(3), field: nat(9), value: ANYTHING }),
    })
    const property = asyncProperty(plan, async ({ tried: [title, call], first, second }) => {
      const before = await world.contents()
      const values = replacedIn(call.takes(world), [first, second])
      const refused = await outcomeOf(call, world, values)
      if (refused === null) return
      const isOfStream = [first, second].some(({ place }) => place % values.length === call.stream)
      expect(isOfStream ? null : faultOf(refused.error, name), title).toBeNull()
      expect(await world.contents(), title).toBe(before)
    })
    try {
      await assert(property, { numRuns: RUNS, verbose: 1 })
    } finally {
      await world.end()
    }
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined()
  },
)

interface Replacement {
  readonly place: number
  readonly field: number
  readonly value: HostileValue
}

/** Replaces arguments, or one field of each. */
function replacedIn(good: readonly unknown[], replacements: readonly Replacement[]): readonly unknown[] {
  const values = [...good]
  for (const { place, field, value } of replacements) {
    const at = good.length === 0 ? 0 : place % good.length
    const argument = good[at]
    const fields = isPlain(argument) ? Object.keys(argument) : []
    const name = fields[field % (fields.length + 1)]
    values[at] = isPlain(argument) && name !== undefined ? withField(argument, name, value()) : value()
  }
  return values
}
