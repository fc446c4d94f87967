import { writeFile } from 'node:fs/promises'
import { picture } from '@tract/history'
import type { Store } from '@tract/repositories'
import { Failure } from './failure.js'
import type { NamedPath } from './options.js'

/**
 * Draws a tract into a new file: for Graphviz where its name ends with `.dot`, in Mermaid otherwise.
 *
 * @throws {@link Failure} where the file exists or cannot be written
 */
export async function writeDiagram(store: Store, tractId: string, { path, name }: NamedPath): Promise<void> {
  const format = name.endsWith('.dot') ? 'dot' : 'mermaid'
  const diagram = await picture(store, { tract: tractId }, { format })
  try {
    await writeFile(path, diagram, { flag: 'wx' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const found = code === 'EEXIST' ? 'exists already, expected a new name' : `cannot be written (${code})`
    throw new Failure(`${name}: ${found}`, 1, { cause: error })
  }
}
