import { ExpectedError } from '../host/errors.ts'

/** The command line is wrong; one line that says how. */
export class UsageError extends ExpectedError {
  override name = 'UsageError'
}
