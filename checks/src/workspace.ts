import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the whole workspace. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** The parts of a package.json that the checks read. */
export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** One package of the workspace. */
export interface WorkspacePackage {
  readonly name: string
  /** Absolute. */
  readonly folder: string
  readonly manifest: Manifest
}

/** All packages of the workspace, the private ones included, by name. */
export function workspacePackages(): readonly WorkspacePackage[] {
  const rooms = readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name))
  return [...rooms, 'examples', 'bench', join('test', 'torture'), 'checks']
    .map((path) => join(ROOT, path))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => {
      const manifest = readManifest(folder)
      return { name: manifest.name, folder, manifest }
    })
    .sort((left, right) => left.name.localeCompare(right.name))
}

/** The packages that are published. */
export function publishedPackages(): readonly WorkspacePackage[] {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true)
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** A path as a message should show it. */
export function shown(path: string): string {
  return relative(ROOT, path)
}

/** The files below a folder whose name ends so, absolute; none where the folder does not exist. */
export function filesBelow(folder: string, ...endings: readonly string[]): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/](node_modules|dist|\.readme)[\\/]/.test(path))
    .sort()
}
