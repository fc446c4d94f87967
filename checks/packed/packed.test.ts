import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EmptyProject } from '../src/empty-project.js'
import { packAll, withDependencies } from '../src/packed.js'
import { type Manifest, ROOT } from '../src/workspace.js'

const BIN = join(ROOT, 'checks', 'node_modules', '.bin')
const packed = packAll()

const REQUIRED = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']

/** What the compiler of a stranger is set to; its own types come from the workspace to spare an installation. */
const COMPILER = {
  target: 'ES2022',
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
  typeRoots: [dirname(dirname(createRequire(import.meta.url).resolve('@types/node/package.json')))],
}

describe.each(packed)('the tarball of $name', (subject) => {
  it('holds the compiled code, its types, its source, a README and the licence, and nothing else', () => {
    expect(REQUIRED.filter((path) => !subject.files.includes(path))).toEqual([])
    const others = subject.files.filter(
      (path) => !/^(LICENSE|README\.md|CHANGELOG\.md|package\.json|(dist|src)\/.+)$/.test(path),
    )
    expect(others).toEqual([])
  })

  it('holds no compiled file whose source is gone', () => {
    const left = subject.files
      .filter((path) => /^dist\/.+\.js$/.test(path))
      .filter((path) => !subject.files.includes(path.replace('dist/', 'src/').replace(/\.js$/, '.ts')))
    expect(left).toEqual([])
  })

  const text = execFileSync('tar', ['-xzOf', subject.tarball, 'package/package.json'], { encoding: 'utf8' })
  const manifest = JSON.parse(text) as Manifest

  it('says what npm needs to know', () => {
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/\.$/),
      license: 'MIT',
      type: 'module',
      engines: { node: '>=20.19' },
      publishConfig: { access: 'public' },
    })
  })

  it('names real versions of what it depends on', () => {
    const ranges = { ...manifest.dependencies, ...manifest.peerDependencies }
    expect(Object.entries(ranges).filter(([, range]) => !/^[\^~>]?=?\d/.test(range))).toEqual([])
  })

  it('satisfies publint', async () => {
    const bytes = readFileSync(subject.tarball)
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
  })

  it('has types that are right wherever it is imported as ESM', async () => {
    const project = new EmptyProject()
    const { failed, output } = await project.run(join(BIN, 'attw'), subject.tarball, '--profile', 'esm-only')
    project.remove()
    expect(failed, output).toBe(false)
  })

  describe('in an empty npm project', () => {
    const project = new EmptyProject()
    beforeAll(() => {
      project.install(withDependencies(subject, packed))
      project.write(
        'consumer.ts',
        `import * as it from '${subject.name}'\nexport const names: string[] = Object.keys(it)\n`,
      )
    })
    afterAll(() => project.remove())

    it.concurrent('imports, and exports something', async () => {
      const program = `import(${JSON.stringify(subject.name)}).then((it) => { process.exitCode = Object.keys(it).length > 0 ? 0 : 3 })`
      const { failed, output } = await project.run(process.execPath, '--input-type=module', '-e', program)
      expect(failed, output).toBe(false)
    })

    it.concurrent.each([
      { resolution: 'nodenext', module: 'nodenext' },
      { resolution: 'bundler', module: 'preserve' },
    ])(
      'compiles with moduleResolution $resolution, every declaration checked',
      async ({ resolution, module }) => {
        const compilerOptions = { ...COMPILER, module, moduleResolution: resolution }
        const config = `tsconfig.${resolution}.json`
        project.write(config, JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
        const { failed, output } = await project.run(join(BIN, 'tsc'), '-p', config, '--pretty', 'false')
        expect(failed, output).toBe(false)
      },
    )
  })
})
