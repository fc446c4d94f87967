import { createHash } from 'node:crypto'
import {
  canonicalJson,
  commitHash,
  contentHash,
  contentHashOfStored,
  InvalidValueError,
  payloadJson,
  Timestamp,
  UnreadableValueError,
} from '@tract/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonObject } from './arbitraries.js'
import { inZone } from './in-zone.js'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

describe('the worked example of the format', () => {
  const payload = { content_type: 'dialogue', name: null, role: 'user', text: 'Hi 中 😀 "q" /\n' }
  const root = {
    contentHash: '79e23a93c8e62e2156d096f19a1941f9705ec4e09ac02aa2e8a4fcb1a562d091',
    parentHash: null,
    contentType: 'dialogue',
    operation: 'append',
    createdAt: Timestamp.from('2026-02-20T15:39:08.123456+00:00'),
  } as const
  const ROOT = 'b40831349d274fdfca4ac4e2a34295b4e79286baf8e3e618f294a0a136c4dfe9'
  const EDIT = 'efb00bb2868157ea3465bd536ca4904c2207efac9a6c818d231622b6db941338'
  const MERGE = 'c50a2c8045435e21311859eccfc8c078185fa62c65300b7085e5eec95c525ae8'

  it('content', () => {
    expect(contentHash(payload)).toBe(root.contentHash)
    expect(contentHashOfStored(payloadJson(payload))).toBe(root.contentHash)
  })

  it('root commit', () => {
    expect(commitHash(root)).toBe(ROOT)
  })

  it('an edit of it, at a whole second', () => {
    const createdAt = Timestamp.from('2026-02-20T15:39:09+00:00')
    expect(commitHash({ ...root, operation: 'edit', parentHash: ROOT, responseTo: ROOT, createdAt })).toBe(
      EDIT,
    )
    expect(
      commitHash({
        ...root,
        operation: 'edit',
        parentHash: ROOT,
        responseTo: ROOT,
        createdAt: new Date(createdAt),
      }),
    ).toBe(EDIT)
  })

  it('a merge of the edit and the root', () => {
    const createdAt = Timestamp.from('2026-02-20T15:39:10.000001Z')
    expect(commitHash({ ...root, parentHash: EDIT, extraParents: [ROOT], createdAt })).toBe(MERGE)
  })

  it('in another zone', () =>
    inZone('America/New_York', () => {
      expect(commitHash(root)).toBe(ROOT)
    }))
})

describe('a commit hash', () => {
  const fields = {
    contentHash: 'a'.repeat(64),
    parentHash: 'b'.repeat(64),
    contentType: 'dialogue',
    operation: 'append',
    createdAt: Timestamp.from('2026-02-20T15:39:08.123456Z'),
  } as const

  it('covers each of its fields', () => {
    const others = [
      { ...fields, contentHash: 'c'.repeat(64) },
      { ...fields, parentHash: null },
      { ...fields, contentType: 'output' },
      { ...fields, operation: 'edit' as const },
      { ...fields, createdAt: Timestamp.from('2026-02-20T15:39:08.123457Z') },
      { ...fields, responseTo: 'd'.repeat(64) },
      { ...fields, extraParents: ['d'.repeat(64)] },
    ]
    const hashes = [fields, ...others].map(commitHash)
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  it('is the same where a response or further parents are left out or empty', () => {
    expect(commitHash({ ...fields, responseTo: null, extraParents: [] })).toBe(commitHash(fields))
  })

  it('does not depend on the order of the further parents', () => {
    const [one, other] = ['c'.repeat(64), '1'.repeat(64)]
    expect(commitHash({ ...fields, extraParents: [one, other] })).toBe(
      commitHash({ ...fields, extraParents: [other, one] }),
    )
  })

  it('leaves the caller\u2019s list of parents as it was', () => {
    const extraParents = ['c'.repeat(64), '1'.repeat(64)]
    commitHash({ ...fields, extraParents })
    expect(extraParents).toEqual(['c'.repeat(64), '1'.repeat(64)])
  })

  it('is refused for a Date that is none', () => {
    expect(() => commitHash({ ...fields, createdAt: new Date(Number.NaN) })).toThrow(
      expect.objectContaining({ code: 'invalid_value' }),
    )
  })
})

describe('the hash of stored text', () => {
  it.each(['1.0', '1e-07', '1e+16', '-0.0', '12345678901234567890', '0.10', '1E5'])(
    'keeps the number text %s',
    (number) => {
      expect(contentHashOfStored(`{"a": ${number}, "b": [${number}]}`)).toBe(
        sha256(`{"a":${number},"b":[${number}]}`),
      )
    },
  )

  it('takes out white space between the parts and none in strings', () => {
    expect(contentHashOfStored('{ "a b" :\t"c, d: \\" \\\\" ,\r\n"e" : [ ] }')).toBe(
      sha256('{"a b":"c, d: \\" \\\\","e":[]}'),
    )
  })

  it('is the hash of the payload, whatever the payload', () => {
    fc.assert(
      fc.property(jsonObject, (payload) => {
        expect(contentHashOfStored(payloadJson(payload))).toBe(contentHash(payload))
        expect(contentHash(payload)).toBe(sha256(canonicalJson(payload)))
      }),
    )
  })

  it('is the same for the compact form', () => {
    fc.assert(
      fc.property(jsonObject, (payload) => {
        expect(contentHashOfStored(canonicalJson(payload))).toBe(contentHash(payload))
      }),
    )
  })

  it('changes with any character of the text that is not white space', () => {
    const stored = payloadJson({ content_type: 'dialogue', role: 'user', text: 'Hi there' })
    for (let index = 0; index < stored.length; index++) {
      if (stored[index] === ' ' && stored.slice(0, index).split('"').length % 2 === 1) continue
      const changed = `${stored.slice(0, index)}#${stored.slice(index + 1)}`
      let hash: string | null = null
      try {
        hash = contentHashOfStored(changed)
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableValueError)
      }
      expect(hash, `at ${index}`).not.toBe(contentHashOfStored(stored))
    }
  })

  it('is refused where a string does not end', () => {
    expect(() => contentHashOfStored('{"a": "b}')).toThrow(UnreadableValueError)
    expect(() => contentHashOfStored('{"a": "b\\"}')).toThrow(UnreadableValueError)
  })

  it('is refused for a lone surrogate, which has no UTF-8 form', () => {
    expect(() => contentHashOfStored('{"a": "\ud800"}')).toThrow()
  })

  it('of 10 MB is computed', () => {
    const stored = payloadJson({ text: 'line "one"\\\n'.repeat(800_000), list: Array(200_000).fill('x y') })
    expect(contentHashOfStored(stored)).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('the content hash', () => {
  it('covers null fields and the content type', () => {
    const hashes = [
      contentHash({ content_type: 'dialogue', role: 'user', text: 'a', name: null }),
      contentHash({ content_type: 'dialogue', role: 'user', text: 'a' }),
      contentHash({ content_type: 'output', role: 'user', text: 'a', name: null }),
    ]
    expect(new Set(hashes).size).toBe(3)
  })

  it('is refused for what JSON cannot hold', () => {
    expect(() => contentHash({ text: '\udfff' })).toThrow('lone surrogate')
    expect(() => contentHash({ n: Number.NaN })).toThrow('NaN')
  })
})

describe('fields that are no fields of a commit', () => {
  const right = {
    contentHash: 'c',
    parentHash: null,
    contentType: 'dialogue',
    operation: 'append' as const,
    createdAt: Timestamp.from('2026-02-20T15:39:08Z'),
  }

  it.each([
    ['contentHash', undefined],
    ['contentType', 5],
    ['operation', null],
    ['parentHash', undefined],
    ['createdAt', undefined],
    ['createdAt', '2026-02-20'],
  ])('are refused by name: %s', (name, value) => {
    expect(() => commitHash({ ...right, [name]: value } as never)).toThrow(InvalidValueError)
    expect(() => commitHash({ ...right, [name]: value } as never)).toThrow(`$.${name}`)
  })

  it('are refused where there are none, and text where it is something else', () => {
    expect(() => commitHash(undefined as never)).toThrow(InvalidValueError)
    expect(() => contentHashOfStored(undefined as never)).toThrow(InvalidValueError)
  })
})
