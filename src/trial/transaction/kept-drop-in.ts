import type { Manager } from '../../host/manager.ts'
import { type DropInPart, renderDropIn } from '../../systemd/settings/drop-in.ts'
import type { Trial } from './trial.ts'

function advice({ words }: Manager): string {
  return `Made by hardenctl. To restore the service as it was before, run: ${words.hardenctl} undo`
}

function commitComment(token: string): string {
  return `trial ${token}`
}

/** The line that commits a trial: once the kept drop-in has it, the trial is kept, whatever happens to hardenctl. */
export function commitLine(token: string): string {
  return `# ${commitComment(token)}`
}

/** Whether the drop-in in /etc, given as text, contains the trial: then it is kept. */
export function isCommitted({ token }: Pick<Trial, 'token'>, kept: string | undefined): boolean {
  return kept?.split('\n').includes(commitLine(token)) === true
}

/** The kept drop-in, whole; `token` is that of the trial which it commits, if any. */
export function keptText(manager: Manager, parts: readonly DropInPart[], token?: string): string {
  return renderDropIn([advice(manager), ...(token === undefined ? [] : [commitComment(token)])], parts)
}
