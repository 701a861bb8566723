import { ExpectedError } from '../../host/errors.ts'

export class CloneError extends ExpectedError {
  override name = 'CloneError'
}
