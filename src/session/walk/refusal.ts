import { ExpectedError } from '../../host/errors.ts'

/** One clear line and what to do next; nothing was changed when it is thrown. */
export class Refusal extends ExpectedError {
  override name = 'Refusal'
}
