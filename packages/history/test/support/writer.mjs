// Writes on one branch from a process of its own: node writer.mjs FILE NAME COUNT

import { openStore } from '@tract/sqlite'
import { history } from '../../dist/index.js'

const [file, name, count] = process.argv.slice(2)
const store = await openStore(file)
const agent = history(store, 't')
for (let i = 0; i < Number(count); i++) {
  await agent.commit({ content_type: 'dialogue', role: 'user', text: `${name} ${i}` })
}
await store.close()
