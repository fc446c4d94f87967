import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './workspace.js'

/** What one row of the table in ARCHITECTURE.md allows a package. */
export interface Room {
  /** The package's full name. */
  readonly name: string
  /** What its source may import, by full name; `null` for everything. */
  readonly imports: readonly Arrow[] | null
  /** What its tests may import besides. */
  readonly testsAlsoUse: readonly string[]
}

/** One allowed import. */
export interface Arrow {
  readonly target: string
  /** Only types of it, so that nothing of it is loaded. */
  readonly typesOnly: boolean
}

/** The rooms of the house as ARCHITECTURE.md lists them: the document is the rule, this only reads it. */
export function readArchitectureTable(): readonly Room[] {
  const lines = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8').split('\n')
  const head = lines.findIndex((line) => cellsOf(line).includes('imports'))
  if (head === -1) throw new Error('ARCHITECTURE.md has no table with a column "imports"')
  const titles = cellsOf(lines[head] ?? '')
  const column = (cells: readonly string[], title: string): string => {
    const index = titles.indexOf(title)
    if (index === -1) throw new Error(`the table in ARCHITECTURE.md has no column "${title}"`)
    return cells[index] ?? ''
  }
  const rows: Room[] = []
  for (const line of lines.slice(head + 2)) {
    const cells = cellsOf(line)
    if (cells.length === 0) break
    rows.push({
      name: fullName(column(cells, 'package').replace(/\(.*\)/, '')),
      imports: column(cells, 'imports').startsWith('all') ? null : arrowsOf(column(cells, 'imports')),
      testsAlsoUse: arrowsOf(column(cells, 'its tests also use')).map(({ target }) => target),
    })
  }
  return rows
}

function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('|')) return []
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

function arrowsOf(cell: string): readonly Arrow[] {
  return cell
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => ({
      target: fullName(entry.replace(/\(.*\)/, '')),
      typesOnly: entry.includes('(types only)'),
    }))
}

/** Rows name rooms by their short names and everything else as npm does. */
function fullName(text: string): string {
  const name = text.replaceAll('`', '').replace(/\/$/, '').trim()
  return ROOMS.has(name) ? `@tract/${name}` : name
}

const ROOMS = new Set([
  'schema',
  'repositories',
  'migrations',
  'sqlite',
  'history',
  'testkit',
  'examples',
  'bench',
  'torture',
  'checks',
])
