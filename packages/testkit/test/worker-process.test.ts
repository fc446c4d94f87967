import { describe, expect, it, onTestFinished } from 'vitest'
import { WorkerProcess } from '../src/contract/processes/worker-process.js'
import { runWorker } from '../src/workload/run-worker.js'

const ORDER = { location: 'somewhere', seed: 1, writer: 0, units: 3 }

/** A worker that is a line of JavaScript. */
function worker(code: string): WorkerProcess {
  const process_ = new WorkerProcess([process.execPath, '-e', code], ORDER)
  onTestFinished(() => process_.kill())
  return process_
}

describe('a worker process', () => {
  it('is given its order as the last argument', async () => {
    const process_ = worker(
      'console.log("ready\\nacknowledged", process.argv.at(-1)); setInterval(() => {}, 1000)',
    )
    await process_.ready()
    await process_.acknowledges(1)
    expect([...process_.acknowledged].map((text) => JSON.parse(text))).toEqual([ORDER])
  })

  it('that cannot be started says so, with its command', async () => {
    const process_ = new WorkerProcess(['/no/such/program'], ORDER)
    await expect(process_.ready()).rejects.toThrow(
      /found that it could not be started: .*ENOENT[\s\S]*its command: \/no\/such\/program \{"location"/,
    )
  })

  it('that ends before its store is open says how, and what it wrote to standard error', async () => {
    const process_ = worker('console.error("no such database"); process.exitCode = 3')
    await expect(process_.ready()).rejects.toThrow(
      /until its store is open, found that it ended with code 3 with 0 units acknowledged[\s\S]*no such database/,
    )
  })

  it('that ends before its units are done is a failure, also with code 0', async () => {
    const process_ = worker('console.log("ready\\nacknowledged unit-0-0")')
    await process_.ready()
    await expect(process_.finished()).rejects.toThrow(/until all units are done .* code 0 with 1 units/)
  })

  it('that hangs is given up after a while, and says so', async () => {
    const command = [process.execPath, '-e', 'setInterval(() => {}, 1000)'] as const
    const process_ = new WorkerProcess(command, ORDER, 50)
    onTestFinished(() => process_.kill())
    await expect(process_.ready()).rejects.toThrow(
      'expected it to run until its store is open, found that it had not after 50 ms, with 0 units acknowledged',
    )
  })

  it('that closes its store and then fails is a failure', async () => {
    const process_ = worker('console.log("closed"); process.exitCode = 1')
    await expect(process_.finished()).rejects.toThrow('expected it to run until it ends with code 0')
  })

  it('is killed together with what it started', async () => {
    const process_ = worker(`
      const { spawn } = require('node:child_process')
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
      console.log('ready\\nacknowledged', child.pid)
    `)
    await process_.acknowledges(1)
    // The pipe closes only when nobody has it any more.
    await process_.kill()
    const [pid] = process_.acknowledged
    expect(Number(pid)).toBeGreaterThan(0)
  })
})

describe('runWorker', () => {
  const open = () => expect.fail('a worker without an order opens nothing')

  it.each([undefined, '', 'agent.db', '{}', '{"location":"x","seed":1,"writer":0,"units":"3"}', 'null'])(
    'refuses %s as an order, saying what an order is',
    async (order) => {
      const expected =
        'expected the order that the store contract gives: JSON with location, seed, writer and units'
      await expect(runWorker({ open }, order)).rejects.toThrow(expected)
    },
  )
})
