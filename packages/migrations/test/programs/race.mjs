// Migrates the file that each line of standard input names, as soon as it is named, and prints what came of it.
import { createInterface } from 'node:readline'
import { migrate } from '@tract/migrations'
import Database from 'better-sqlite3'
import { DataSource } from 'typeorm'

console.log('ready')
for await (const path of createInterface({ input: process.stdin })) {
  try {
    const dataSource = new DataSource({ type: 'better-sqlite3', driver: Database, database: path })
    await dataSource.initialize()
    const { changed, steps, backup } = await migrate(dataSource)
    await dataSource.destroy()
    console.log(JSON.stringify({ changed, steps, backup }))
  } catch (error) {
    console.log(JSON.stringify({ error: `${error.stack} ${error.cause?.stack}` }))
  }
}
