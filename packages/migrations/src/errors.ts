import { TractError, UnsupportedDatabaseError } from '@tract/repositories'

/** The newest schema version that this package knows. */
const SUPPORTED = 6

/** The file was written by a newer version of the software. */
export class NewerSchemaVersionError extends UnsupportedDatabaseError {
  override readonly code = 'newer_schema_version'
  /** The newest version that can be opened. */
  readonly supported = SUPPORTED

  /** @param found the version that the file states */
  constructor(
    readonly location: string,
    readonly found: number,
  ) {
    super(`${location} has schema version ${found}, newer than ${SUPPORTED}, the newest known here; update`)
  }
}

/** The file is of an older version, and may not be migrated as it is being opened. */
export class OlderSchemaVersionError extends UnsupportedDatabaseError {
  override readonly code = 'older_schema_version'
  /** The version that is needed. */
  readonly expected = SUPPORTED

  /**
   * @param found the version of the file; `null` where it is still empty
   * @param advice what can be done
   */
  constructor(
    readonly location: string,
    readonly found: number | null,
    advice = 'open it once with migration allowed',
  ) {
    const state = found === null ? 'is empty' : `has schema version ${found}`
    super(`${location} ${state}, expected ${SUPPORTED}; ${advice}`)
  }
}

/** The version row holds something that is no version. */
export class UnreadableSchemaVersionError extends UnsupportedDatabaseError {
  override readonly code = 'unreadable_schema_version'

  /** @param value what the row holds */
  constructor(
    readonly location: string,
    readonly value: string,
  ) {
    super(
      `${location} states schema version ${JSON.stringify(value)}, expected a number from 1 to ${SUPPORTED}`,
    )
  }
}

/** The file is no SQLite database. */
export class NotADatabaseError extends UnsupportedDatabaseError {
  override readonly code = 'not_a_database'

  constructor(
    readonly location: string,
    options?: ErrorOptions,
  ) {
    super(`${location} is not an SQLite database; it was left as it is, choose another path`, options)
  }
}

/** The file looks like an encrypted database: whole pages of what seems to be noise. */
export class EncryptedDatabaseError extends UnsupportedDatabaseError {
  override readonly code = 'encrypted_database'

  constructor(
    readonly location: string,
    options?: ErrorOptions,
  ) {
    super(
      `${location} has no SQLite header and looks encrypted; decrypt it with the tool that wrote it`,
      options,
    )
  }
}

/** The end of the file is missing. */
export class TruncatedDatabaseError extends UnsupportedDatabaseError {
  override readonly code = 'truncated_database'

  /**
   * @param bytes how long the file is
   * @param expectedBytes how long its header says it is
   */
  constructor(
    readonly location: string,
    readonly bytes: number,
    readonly expectedBytes: number,
    options?: ErrorOptions,
  ) {
    super(
      `${location} is cut off: ${bytes} bytes of at least ${expectedBytes}; restore it from a copy`,
      options,
    )
  }
}

/** An SQLite database that another program made for something else. */
export class ForeignDatabaseError extends UnsupportedDatabaseError {
  override readonly code = 'foreign_database'

  /** @param tables what the database holds */
  constructor(
    readonly location: string,
    readonly tables: readonly string[],
  ) {
    const shown = tables.slice(0, 5).join(', ') + (tables.length > 5 ? ', …' : '')
    super(`${location} is an SQLite database of something else (it holds ${shown}, but no schema version)`)
  }
}

/** A part of the schema would run something of its own, or make a statement mean something else, when the database is used. */
export class UnsafeSchemaError extends UnsupportedDatabaseError {
  override readonly code = 'unsafe_schema'

  /**
   * @param kind as in `trigger`
   * @param object its name
   * @param reason what it would do
   */
  constructor(
    readonly location: string,
    readonly kind: string,
    readonly object: string,
    readonly reason: string,
  ) {
    super(
      `${location} is not opened for its ${kind} ${JSON.stringify(object)}: ${reason}; ` +
        'if you trust the file, take that out with the tool that put it there',
    )
  }
}

/** The path names something that is no file: a directory, a device, a pipe. */
export class NotAFileError extends UnsupportedDatabaseError {
  override readonly code: 'is_a_directory' | 'not_a_file'

  constructor(
    readonly location: string,
    isDirectory: boolean,
  ) {
    super(
      isDirectory
        ? `${location} is a directory, expected a file; name a file inside it`
        : `${location} is a device, pipe or socket, expected a file`,
    )
    this.code = isDirectory ? 'is_a_directory' : 'not_a_file'
  }
}

/** This user may not read or write the file, or may not write the directory that it lies in. */
export class PermissionDeniedError extends UnsupportedDatabaseError {
  override readonly code = 'permission_denied'

  /** @param place the file or directory that may not be used so */
  constructor(
    readonly location: string,
    readonly place: string,
    readonly access: 'read' | 'write',
    options?: ErrorOptions,
  ) {
    const remedy =
      access === 'read' ? 'change its permissions' : 'change its permissions, or open the file readonly'
    super(`${location} cannot be opened: no permission to ${access} ${place}; ${remedy}`, options)
  }
}

/** The file lies on a file system that nothing can be written to. */
export class ReadOnlyFileSystemError extends UnsupportedDatabaseError {
  override readonly code = 'read_only_file_system'

  constructor(
    readonly location: string,
    options?: ErrorOptions,
  ) {
    super(
      `${location} lies on a read-only file system; open it readonly, or copy it to another place`,
      options,
    )
  }
}

/** A writer was interrupted, and the database must be opened for writing once before it can be read. */
export class RecoveryNeededError extends UnsupportedDatabaseError {
  override readonly code = 'recovery_needed'

  constructor(
    readonly location: string,
    options?: ErrorOptions,
  ) {
    super(
      `${location} was interrupted while being written; open it once for writing, which repairs it`,
      options,
    )
  }
}

/** A row that names a row which does not exist, so that it cannot be moved to where that is enforced. */
export interface OrphanedRow {
  /** The table it stands in. */
  readonly table: string
  /** Its key, column by column. */
  readonly key: Readonly<Record<string, string>>
  /** The kind of row it names. */
  readonly target: 'commit' | 'compression' | 'operation event'
  /** The key that no such row has. */
  readonly missing: string
}

/** Rows that a step would move name commits which do not exist. Nothing was changed. */
export class OrphanedRowsError extends TractError {
  override readonly code = 'orphaned_rows'

  /**
   * @param orphans the rows, at most the first 100
   * @param count how many there are
   */
  constructor(
    readonly location: string,
    readonly orphans: readonly OrphanedRow[],
    readonly count: number,
  ) {
    super(
      `${location}: ${orphans.slice(0, 3).map(orphanText).join('; ')}${count > 3 ? ` (${count} such rows)` : ''}. ` +
        "Nothing was changed; migrate with orphans: 'keep-aside' to keep such rows in a table of their own",
    )
  }
}

/** There is not enough free space for the copy that is taken before a migration. Nothing was changed. */
export class NoRoomForBackupError extends TractError {
  override readonly code = 'no_room_for_backup'

  /**
   * @param neededBytes the size of the copy
   * @param availableBytes what is free where it would lie; `null` where only the attempt told
   */
  constructor(
    readonly location: string,
    readonly neededBytes: number,
    readonly availableBytes: number | null,
    options?: ErrorOptions,
  ) {
    const free = availableBytes === null ? 'less is free' : `${availableBytes} bytes are free`
    super(
      `no room for a backup of ${location}: it needs ${neededBytes} bytes, ${free}; ` +
        'make room, or migrate with backup: false',
      options,
    )
  }
}

/** The copy that is taken before a migration could not be made, or is not complete. Nothing was changed. */
export class BackupFailedError extends TractError {
  override readonly code = 'backup_failed'

  constructor(
    readonly location: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`backup of ${location} failed: ${reason}; nothing was changed`, options)
  }
}

/** What a rollback would lose, as the older version has no place for it. */
export interface RollbackLoss {
  readonly what:
    | 'events of other types'
    | 'parameters'
    | 'links of other roles'
    | 'links of no event'
    | 'compile records'
    | 'effective commits'
  /** How many rows. */
  readonly count: number
  /** The keys of some of them. */
  readonly examples: readonly string[]
}

/** A rollback would lose rows or values. Nothing was changed. */
export class LossyRollbackError extends TractError {
  override readonly code = 'lossy_rollback'

  constructor(
    readonly location: string,
    readonly losses: readonly RollbackLoss[],
  ) {
    const list = losses
      .map(({ what, count, examples }) => `${count} ${what} (${examples.join(', ')})`)
      .join('; ')
    super(`version 5 has no place for what ${location} holds: ${list}. Roll back with lossy: true to lose it`)
  }
}

/** The caller's signal ended the migration. The file is at the version before or after a whole step. */
export class MigrationAbortedError extends TractError {
  override readonly code = 'migration_aborted'

  constructor(
    readonly location: string,
    options?: ErrorOptions,
  ) {
    super(
      `migration of ${location} was aborted between two whole steps; it goes on at the next opening`,
      options,
    )
  }
}

/** Somebody else held the database, or was migrating it, for longer than the caller may wait. */
export class MigrationWaitTimeoutError extends TractError {
  override readonly code = 'migration_wait_timed_out'

  /** @param waitedMs how long was waited, in milliseconds */
  constructor(
    readonly location: string,
    readonly waitedMs: number,
    options?: ErrorOptions,
  ) {
    super(
      `${location} is in use by another connection (waited ${waitedMs} ms to read or migrate it)`,
      options,
    )
  }
}

function orphanText({ table, key, target, missing }: OrphanedRow): string {
  return `${table} row (${Object.values(key).join(', ')}) names ${target} ${missing}, which does not exist`
}
