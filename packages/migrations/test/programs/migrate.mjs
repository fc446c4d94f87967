// Migrates a file and prints what came of it as JSON: node migrate.mjs PATH OPTIONS
// OPTIONS.killAt: end this process by SIGKILL at that fail point; OPTIONS.uid: run as that user.
import { migrate } from '@tract/migrations'
import { DataSource } from 'typeorm'
import { watchedDriver } from './driver.mjs'

const [path, text = '{}'] = process.argv.slice(2)
const { killAt, uid, ...options } = JSON.parse(text)
const points = []

function point(name) {
  points.push(name)
  if (points.length - 1 === killAt) process.kill(process.pid, 'SIGKILL')
}

try {
  if (uid !== undefined) process.setuid(uid)
  const driver = watchedDriver((sql) => point(sql.replace(/\s+/g, ' ').slice(0, 60)))
  const dataSource = new DataSource({ type: 'better-sqlite3', database: path, driver })
  await dataSource.initialize()
  const onProgress = ({ phase, subject, done }) => {
    if (phase === 'backup') point(`backup ${done}`)
    if (phase === 'copying') point(`copying ${subject} ${done}`)
  }
  const result = await migrate(dataSource, { ...options, onProgress })
  point('done')
  await dataSource.destroy()
  const memory = process.resourceUsage().maxRSS / 1024
  console.log(JSON.stringify({ result, points, memory }))
} catch (error) {
  console.log(JSON.stringify({ error: { code: error.code, name: error.name, message: error.message } }))
}
