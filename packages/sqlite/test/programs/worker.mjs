// What the store contract starts, several at once, and kills.
import { openStore } from '@tract/sqlite'
import { runWorker } from '@tract/testkit'

await runWorker({ open: openStore })
