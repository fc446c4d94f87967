import { expect, test } from 'vitest'
import { history, picture } from '../src/index.js'
import { aStore, assistant, instruction, user } from './support/fixture.js'

async function drawn() {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(instruction('Rules'))
  const sources = []
  for (let i = 0; i < 12; i++) sources.push((await h.commit(user(`message ${i}`))).commitHash)
  const { summary } = await h.compress({ sources, summary: 'A summary' })
  await h.commit(assistant('"]; click <b>x</b> #35; \\ "end"\n\u202e{}'))
  return { store, h, summary, first: sources[0] ?? '' }
}

test('long chains are one box, and what is near an event or a ref is shown', async () => {
  const { store } = await drawn()
  const text = await picture(store, { tract: 't' })
  expect(text).toContain('12 commits')
  expect(text).toContain('user: message 0')
  expect(text).not.toContain('message 5')
  expect(text).toContain('compress')
  expect(text).toContain('main')
  expect(text.split('\n').length).toBeLessThan(25)
})

test('the messages behind a summary are folded, fewer are drawn each', async () => {
  const { store, summary } = await drawn()
  const folded = await picture(store, { origins: summary.commitHash })
  expect(folded).toContain('12 messages')
  const open = await picture(store, { origins: summary.commitHash }, { fold: 12 })
  expect(open).toContain('message 5')
})

test('a tool’s call and its answer are told by the tool', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const payload = { id: 'call_1' }
  await h.commit({ content_type: 'tool_io', tool_name: 'get_order', direction: 'call', payload })
  await h.commit({ content_type: 'tool_io', tool_name: 'get_order', direction: 'result', payload })
  const text = await picture(store, { tract: 't' })
  expect(text).toContain('tool get#95;order call: ')
  expect(text).toContain('tool get#95;order result: ')
})

test('time runs along the arrows in origins and in fate alike', async () => {
  const { store, summary, first } = await drawn()
  for (const subject of [{ origins: summary.commitHash }, { fate: first }]) {
    const text = await picture(store, subject, { format: 'dot', fold: 1 })
    const nameOf = (label: string) => text.match(new RegExp(`(n\\d+) \\[.*${label}`))?.[1]
    expect(text).toContain(`${nameOf('compress')} -> ${nameOf('A summary')}`)
  }
})

test('nothing in a message is read as markup, and no label is longer than asked for', async () => {
  const { store, h } = await drawn()
  const mermaid = await picture(store, { origins: (await h.head()) ?? '' }, { longestLabel: 100 })
  const label = mermaid.match(/\["(.*)"\]/)?.[1] ?? ''
  expect(label.replaceAll('<br/>', '')).not.toMatch(/["<>{}\\\]]/)
  const dot = await picture(store, { tract: 't' }, { format: 'dot', longestLabel: 12 })
  for (const [, text = ''] of dot.matchAll(/label="(.*)"\]/g)) {
    for (const line of text.replaceAll('\\"', '"').split('\\n'))
      expect([...line].length).toBeLessThanOrEqual(13)
  }
  expect(dot.startsWith('digraph history {')).toBe(true)
})

test('entities of HTML and lists of Markdown in a text stay text', async () => {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(user('&lt;b&gt; & &#35;'))
  const spawn = { parentTractId: 't', childTractId: 'child', inheritanceMode: 'head_snapshot' } as const
  await store.spawnPointers.save({ ...spawn, purpose: '1. look - and see', parentCommitHash: await h.head() })
  const { commitHash } = await history(store, 'child').commit(instruction('Inherited'))
  const dot = await picture(store, { origins: commitHash }, { format: 'dot' })
  expect(dot).toContain('&amp;lt;b&amp;gt; &amp; &amp;#35;')
  const mermaid = await picture(store, { origins: commitHash })
  expect(mermaid).toContain('1#46; look - and see')
  expect(mermaid).toContain('#38;lt;b#38;gt;')
})

test('what was only written anew behind a summary is not drawn as an event', async () => {
  const { store, h } = await drawn()
  const { entries } = await h.context()
  const sources = entries.slice(1).map(({ commit }) => commit.commitHash)
  await h.commit(user('behind'))
  const { summary } = await h.compress({ sources, summary: 'Again' })
  const behind = (await h.head()) ?? ''
  for (const subject of [{ tract: 't' }, { origins: summary.commitHash }, { origins: behind }]) {
    const text = await picture(store, subject)
    expect(text).not.toContain('reorganize')
  }
  expect(await picture(store, { origins: behind })).toContain('user: behind')
  await h.reorganize({ commits: [behind, summary.commitHash] })
  expect(await picture(store, { tract: 't' })).toContain('reorganize')
})
