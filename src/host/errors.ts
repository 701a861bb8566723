/**
 * A failure that can be expected on any machine: told in one line, with the next step. Everything else, except system
 * errors, is a bug of hardenctl and never counts as a property of the service or the host.
 */
export class ExpectedError extends Error {
  override name = 'ExpectedError'
  /** The next step in sentences; '' if the message says all. */
  readonly next: string
  constructor(message: string, next = '') {
    super(message)
    this.next = next
  }
}

/** An undo is not complete or not proven: a person must look at the service. */
export class OpenUndo extends ExpectedError {
  override name = 'OpenUndo'
}

/** The operating system refused something, as Node passes it on. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}

export function isExpected(error: unknown): error is Error {
  return error instanceof ExpectedError || isSystemError(error)
}

/** The first line of an expected failure; a bug is thrown again. For a catch that continues without a result. */
export function reasonOf(error: unknown): string {
  if (!isExpected(error)) throw error
  return error.message.split('\n')[0] ?? ''
}

/** For .catch(): returns `value` after an expected failure; throws a bug again. */
export function orElse<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    reasonOf(error)
    return value
  }
}

/** A bug that struck during a change of the service, with the result of the undo. */
export class Bug extends Error {
  override name = 'Bug'
  readonly undone: { readonly proven: boolean; readonly lines: readonly string[] }
  constructor(cause: unknown, undone: Bug['undone']) {
    super(errorText(cause), { cause })
    this.undone = undone
  }
}

/** "TypeError: x is not a function" */
export function errorText(error: unknown): string {
  if (error instanceof Bug) return error.message
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n')[0] ?? ''
}

/** The stack and those of its causes. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const stack = error.stack ?? errorText(error)
  return error.cause === undefined ? stack : `${stack}\ncaused by ${stackOf(error.cause)}`
}
