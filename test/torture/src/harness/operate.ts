import { createReadStream } from 'node:fs'
import { collect, importBundle } from '@tract/history'
import { openStore } from '@tract/sqlite'

/** Something that is done to a file as a whole. */
export interface Operating {
  readonly operation: 'open' | 'collect' | 'import'
  readonly file: string
  /** The bundle to import. */
  readonly bundle?: string
}

/** Does it. Says when it begins, and where it has come to in a backup. */
export async function operate(
  { operation, file, bundle = '' }: Operating,
  say: (line: string) => void,
): Promise<void> {
  if (operation === 'open') {
    say('ready')
    const store = await openStore(file, {
      orphans: 'keep-aside',
      onProgress: ({ phase }) => {
        if (phase === 'backup') say('backup')
      },
    })
    return store.close()
  }
  const store = await openStore(file)
  try {
    say('ready')
    if (operation === 'collect') await collect(store, { reclaim: true })
    else await importBundle(store, createReadStream(bundle))
  } finally {
    await store.close()
  }
}
