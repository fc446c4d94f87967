#!/usr/bin/env node
// Goes through one of a store's iterations in a process of its own, and prints how many items there were, how long it
// took and the most memory that the process ever had.
import { readFileSync } from 'node:fs'
import { openStore } from '@tract/sqlite'

const [path, what, start] = process.argv.slice(2)
const store = await openStore(path)
const iterations = {
  nothing: () => [],
  ancestors: () => store.commits.iterateAncestors(start),
  hashes: () => store.commits.iterateHashes(start),
  'source hashes': () => store.operationEvents.iterateSourceHashes(start),
}
const begin = performance.now()
let items = 0
for await (const _ of iterations[what]()) items++
const milliseconds = performance.now() - begin
await store.close()
console.log(JSON.stringify({ items, milliseconds, bytes: mostMemory() }))

/** Linux counts what the parent had at the fork into `maxRSS`; its own line of the status file begins with the program. */
function mostMemory() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(kilobytes) * 1024
}
