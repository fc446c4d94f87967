import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publishedPackages, type WorkspacePackage } from './workspace.js'

/** One package as it would be published. */
export interface PackedPackage extends WorkspacePackage {
  /** The tarball. */
  readonly tarball: string
  /** The paths in the tarball, without the leading `package/`. */
  readonly files: readonly string[]
}

/** Packs every published package into a new folder. */
export function packAll(): readonly PackedPackage[] {
  const folder = mkdtempSync(join(tmpdir(), 'tract-packed-'))
  return publishedPackages().map((workspacePackage) => {
    const destination = join(folder, workspacePackage.name.replace('/', '-'))
    mkdirSync(destination)
    const tarball = join(destination, 'package.tgz')
    execFileSync('pnpm', ['pack', '--out', tarball], { cwd: workspacePackage.folder, stdio: 'pipe' })
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
      .split('\n')
      .filter((path) => path !== '')
      .map((path) => path.replace(/^package\//, ''))
    return { ...workspacePackage, tarball, files }
  })
}

/** The package and every package of the workspace that it depends on, directly or not. */
export function withDependencies(
  packed: PackedPackage,
  all: readonly PackedPackage[],
): readonly PackedPackage[] {
  const needed = new Set([packed])
  for (const { manifest } of needed) {
    const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    for (const other of all) if (names.includes(other.name)) needed.add(other)
  }
  return [...needed]
}
