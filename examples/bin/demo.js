// What `npm run demo` starts: builds what is not built yet, then becomes the program. It runs in this process, so that
// Ctrl-C and the exit code need nobody between the user and the program.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const project = fileURLToPath(new URL('..', import.meta.url))
const build = spawnSync(process.execPath, [compiler, '-b', project], { stdio: 'inherit' })

if (build.status === 0) await import('../dist/demo/main.js')
else {
  console.error('demo: the packages could not be built, see above')
  process.exitCode = 1
}
