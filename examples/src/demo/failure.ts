/** An end that the user can do something about: one line, and the exit code that says whose turn it is. */
export class Failure extends Error {
  override readonly name = 'Failure'

  /**
   * @param message one line; names the file, and the line where there is one
   * @param exitCode 1 for what was met, 2 for wrong usage, 130 for an interruption
   */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 130 = 1,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Whether an error of Node's has this code, as in `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
