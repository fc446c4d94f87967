import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReadmeBlock } from './readme-blocks.js'
import { ROOT } from './workspace.js'

/** Inside the workspace, so that `@tract/…` resolves as it does for a user who has installed it. */
const FOLDER = join(ROOT, 'checks', '.readme')

const TSCONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    declaration: false,
    declarationMap: false,
    incremental: false,
    noUnusedLocals: false,
    rootDir: 'ts',
    outDir: 'js',
    // As a reader's project compiles it, where every file is a module by its package.json.
    moduleDetection: 'force',
  },
  include: ['ts'],
}

const VITEST = { test: { include: ['js/**/*.test.js'], testTimeout: 60_000 } }

/** A block may run the whole contract of a store. */
const LONGEST_RUN_MS = 240_000

/** The code of READMEs as files of a project, compiled. */
export class ReadmeProject {
  readonly #diagnostics: string

  constructor(blocks: readonly ReadmeBlock[]) {
    rmSync(FOLDER, { recursive: true, force: true })
    mkdirSync(join(FOLDER, 'ts'), { recursive: true })
    mkdirSync(join(FOLDER, 'js'))
    writeFileSync(join(FOLDER, 'package.json'), '{ "type": "module", "private": true }\n')
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG))
    writeFileSync(join(FOLDER, 'vitest.config.js'), `export default ${JSON.stringify(VITEST)}\n`)
    for (const block of blocks) {
      // Lines keep their numbers, so that an error names the line of the README.
      const code = `${'\n'.repeat(block.line - 1)}${block.code}\n`
      const folder = block.kind === 'js' ? 'js' : 'ts'
      writeFileSync(join(FOLDER, folder, `${stem(block)}.${folder}`), code)
    }
    this.#diagnostics = blocks.some(({ kind }) => kind !== 'js') ? compile() : ''
  }

  /** What the compiler says of the block; empty where it is content. */
  diagnosticsOf(block: ReadmeBlock): string {
    const lines = this.#diagnostics.split('\n')
    return lines.filter((line) => line.startsWith(`ts/${stem(block)}.ts`)).join('\n')
  }

  /** Runs the compiled block in an empty folder of its own. */
  run(block: ReadmeBlock): { readonly status: number | null; readonly output: string } {
    const cwd = mkdtempSync(join(tmpdir(), 'tract-readme-'))
    const program = join(FOLDER, 'js', `${stem(block)}.js`)
    const test = ['run', '--root', FOLDER, program]
    const [command, args] =
      block.kind === 'test' ? [vitestProgram(), test] : [process.execPath, ['--enable-source-maps', program]]
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      timeout: LONGEST_RUN_MS,
    })
    rmSync(cwd, { recursive: true, force: true })
    return { status, output: `${stdout}${stderr}` }
  }
}

function stem(block: ReadmeBlock): string {
  const name = block.readme.replaceAll(/[\\/]/g, '-').replace(/\.md$/, '')
  return `${name}-${block.line}${block.kind === 'test' ? '.test' : ''}`
}

function vitestProgram(): string {
  return join(ROOT, 'checks', 'node_modules', '.bin', 'vitest')
}

function compile(): string {
  const tsc = join(ROOT, 'checks', 'node_modules', '.bin', 'tsc')
  try {
    return execFileSync(tsc, ['-p', '.', '--pretty', 'false'], { cwd: FOLDER, encoding: 'utf8' })
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  }
}
