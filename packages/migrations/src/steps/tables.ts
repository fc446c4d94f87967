import type { QueryRunner } from 'typeorm'

/** What a step asks of a database before it touches it. */
export class Tables {
  readonly #runner: QueryRunner

  constructor(runner: QueryRunner) {
    this.#runner = runner
  }

  /** Whether the table exists, with these columns. */
  async has(table: string, ...columns: readonly string[]): Promise<boolean> {
    const rows: { name: string }[] = await this.#runner.query(
      "SELECT name FROM pragma_table_xinfo(?, 'main')",
      [table],
    )
    const names = new Set(rows.map(({ name }) => name))
    return rows.length > 0 && columns.every((column) => names.has(column))
  }

  async hasIndex(name: string): Promise<boolean> {
    const rows: unknown[] = await this.#runner.query(
      "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?",
      [name],
    )
    return rows.length > 0
  }
}

/** Makes the tables that are not there yet, each with its indexes. */
export async function createMissing(
  runner: QueryRunner,
  definitions: readonly { readonly table: string; readonly sql: readonly string[] }[],
): Promise<void> {
  const tables = new Tables(runner)
  for (const { table, sql } of definitions) {
    if (await tables.has(table)) continue
    for (const statement of sql) await runner.query(statement)
  }
}

/** Only version 6 is rolled back. */
export function irreversible(step: string): never {
  throw new Error(`step ${step} cannot be undone`)
}
