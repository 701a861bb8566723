import { shortName } from '../../systemd/manager/unit-name.ts'
import { Refusal, type Subject } from '../walk/preflight.ts'

/** A clone in which a oneshot has run with one stage can't show anything of the next, so no plan of it can be proven whole. */
export function refuseOneshot({ unit, oneshot }: Subject): void {
  if (!oneshot) return
  throw new Refusal(
    `${unit} does its work and ends (Type=oneshot), and plans of such units can't be made or applied yet`,
    `Nothing was changed. hardenctl ${shortName(unit)} walks it.`,
  )
}
