/** What a migration is doing, and how far it has come with that. */
export interface MigrationProgress {
  /**
   * `waiting` for another connection; `backup` in pages; `checking` rows before or after a step, one table at a time;
   * `copying` rows; `indexing`, `dropping` and `committing`, each announced before one statement that cannot be followed.
   */
  readonly phase: 'waiting' | 'backup' | 'checking' | 'copying' | 'indexing' | 'dropping' | 'committing'
  /** The step that is running, as in `005-to-006`; `null` outside of one. */
  readonly step: string | null
  /** The table or index at hand; `null` where it is the whole file. */
  readonly subject: string | null
  /** How many pages or rows are done, of `total`; both 0 where that is not known. */
  readonly done: number
  readonly total: number
}

/** What a step is told and what it tells. */
export interface StepContext {
  /** What to do with links whose commit is missing. */
  readonly orphans: 'stop' | 'keep-aside'
  /** Says what is being done, lets other work run, and ends the migration where the caller has given up. */
  progress(
    phase: MigrationProgress['phase'],
    subject: string | null,
    done?: number,
    total?: number,
  ): Promise<void>
}

/** For a step that is run by itself. */
export const ALONE: StepContext = { orphans: 'stop', progress: async () => {} }
