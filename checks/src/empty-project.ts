import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PackedPackage } from './packed.js'
import { ROOT, readManifest } from './workspace.js'

/** A project of a stranger: npm, and tarballs of ours. */
export class EmptyProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'tract-stranger-'))

  /** Installs the tarballs together; npm fails where their ranges do not fit each other, or it lacks a peer. */
  install(tarballs: readonly PackedPackage[]): void {
    const dependencies = Object.fromEntries(tarballs.map(({ name, tarball }) => [name, `file:${tarball}`]))
    this.write('package.json', JSON.stringify({ private: true, type: 'module', dependencies }))
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', '--prefer-offline']
    execFileSync('npm', ['install', '--ignore-scripts', ...quiet], { cwd: this.folder, stdio: 'pipe' })
    if (existsSync(join(this.folder, ADDON_PACKAGE))) this.#buildAddon()
  }

  write(path: string, content: string): void {
    writeFileSync(join(this.folder, path), content)
  }

  /** Runs a program in the project's folder. */
  run(
    command: string,
    ...args: readonly string[]
  ): Promise<{ readonly failed: boolean; readonly output: string }> {
    return new Promise((resolve) => {
      execFile(command, args, { cwd: this.folder }, (error, stdout, stderr) => {
        resolve({ failed: error !== null, output: `${stdout}${stderr}` })
      })
    })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /**
   * The install script of better-sqlite3 compiles for two minutes; the workspace has compiled the same source already.
   * Another version than the workspace's has to compile.
   */
  #buildAddon(): void {
    const ours = join(ROOT, 'checks', ADDON_PACKAGE)
    const theirs = join(this.folder, ADDON_PACKAGE)
    if (versionIn(ours) !== versionIn(theirs)) {
      execFileSync('npm', ['rebuild', 'better-sqlite3'], { cwd: this.folder, stdio: 'pipe' })
      return
    }
    mkdirSync(dirname(join(theirs, ADDON)), { recursive: true })
    copyFileSync(join(ours, ADDON), join(theirs, ADDON))
  }
}

const ADDON_PACKAGE = join('node_modules', 'better-sqlite3')
const ADDON = join('build', 'Release', 'better_sqlite3.node')

function versionIn(folder: string): string | undefined {
  return readManifest(folder).version
}
