import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Runs one of `test/programs` in a process of its own, on the built package, and returns what it printed.
 *
 * @param environment variables besides those of this process
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const program = fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url))
  const { stdout } = await run(process.execPath, [program, ...args], {
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}
