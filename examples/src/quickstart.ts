import { contextOf, history, originsOf, savings } from '@tract/history'
import { openStore } from '@tract/sqlite'

const store = await openStore(process.argv[2] ?? 'agent.db')
try {
  const agent = history(store, 'my-agent')
  const failed = await agent.commit({
    content_type: 'dialogue',
    role: 'user',
    text: 'The build failed on Monday.',
  })
  const again = await agent.commit({
    content_type: 'dialogue',
    role: 'user',
    text: 'It failed again on Tuesday.',
  })
  const call = await agent.recordCompile()
  const { summary } = await agent.compress({
    sources: [failed.commitHash, again.commitHash],
    summary: 'It failed twice.',
  })

  const { context, proof } = await contextOf(store, call.recordId)
  console.log(`${proof}: the model saw ${context?.messages.map(({ content }) => content).join(' ')}`)
  const { originals } = await originsOf(store, summary.commitHash)
  console.log(`the summary stands for ${originals.length} messages`)
  const { total } = await savings(store, 'my-agent')
  console.log(`${total.saved} of ${total.before} tokens saved`)
} finally {
  await store.close()
}
