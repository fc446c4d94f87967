import * as history from '@tract/history'
import * as migrations from '@tract/migrations'
import * as repositories from '@tract/repositories'
import { TractError } from '@tract/repositories'
import * as schema from '@tract/schema'
import { InvalidValueError, UnreadableValueError } from '@tract/schema'
import * as sqlite from '@tract/sqlite'
import * as testkit from '@tract/testkit'
import { describe, expect, it } from 'vitest'
import { PUBLIC, type PublicCall } from '../src/hostile/calls.js'
import { HOSTILE_VALUES, OWN_ERROR, withField, withThrowing } from '../src/hostile/values.js'
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

describe.each(Object.entries(PUBLIC))('%s', (name, table) => {
  const tried = Object.entries(table).flatMap(([entry, calls]) =>
    typeof calls === 'string' ? [] : calls.map((call) => [`${entry} ${call.name}`.trim(), call] as const),
  )
  if (tried.length === 0) return
  it.each(tried)(
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
})

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
