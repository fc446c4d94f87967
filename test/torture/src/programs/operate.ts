// Does one thing to a file, and says when it begins, how far it is, and that it is done.
import { createReadStream } from 'node:fs'
import { collect, importBundle } from '@tract/history'
import { openStore } from '@tract/sqlite'
import { instructions, say } from './program.js'

export interface OperateInstructions {
  readonly operation: 'open' | 'collect' | 'import'
  readonly file: string
  /** The bundle to import. */
  readonly bundle?: string
}

const { operation, file, bundle = '' } = instructions<OperateInstructions>()
if (operation !== 'open') {
  const store = await openStore(file)
  say('ready')
  if (operation === 'collect') await collect(store, { reclaim: true })
  else await importBundle(store, createReadStream(bundle))
  await store.close()
} else {
  say('ready')
  const store = await openStore(file, {
    orphans: 'keep-aside',
    onProgress: ({ phase }) => {
      if (phase === 'backup') say('backup')
    },
  })
  await store.close()
}
say('done')
