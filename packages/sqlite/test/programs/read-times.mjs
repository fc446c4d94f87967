// Prints what the repositories and what plain TypeORM read of one file, and the offset of the zone they ran in.

import { BlobRow, CommitRow, entities, PolicyProposalRow } from '@tract/schema'
import { openStore } from '@tract/sqlite'
import { DataSource } from 'typeorm'

const [location, contentHash, commitHash, proposalId] = process.argv.slice(2)
const store = await openStore(location)
const ours = [
  await store.blobs.get(contentHash),
  await store.commits.get(commitHash),
  await store.policies.getProposal(proposalId),
]
await store.close()
const dataSource = new DataSource({ type: 'better-sqlite3', database: location, entities: [...entities] })
await dataSource.initialize()
const plain = [
  await dataSource.manager.findOneBy(BlobRow, { contentHash }),
  await dataSource.manager.findOneBy(CommitRow, { commitHash }),
  await dataSource.manager.findOneBy(PolicyProposalRow, { proposalId }),
]
await dataSource.destroy()
console.log(JSON.stringify({ offset: new Date('2026-02-10T19:05:34Z').getTimezoneOffset(), ours, plain }))
