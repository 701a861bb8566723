import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { execCommands } from '../../observe/config/unit.ts'
import { socketToPid1 } from '../../observe/proc/unix-peers.ts'
import { first, listOf } from '../../systemd/manager/show.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { Refusal } from './refusal.ts'

type Properties = Record<string, string[]>

/** Refuses units on which a trial could do nothing, or would do harm to others. */
export async function requireTriable(host: Host, unit: string, properties: Properties): Promise<void> {
  requireConfined(unit, properties)
  requireByHand(host.manager, unit, properties)
  await requireNotOfSystemd(host, unit, properties)
}

/** systemd.unit(5): what is started or stopped with others alone. */
function requireByHand({ words }: Manager, unit: string, properties: Properties): void {
  const refused = ['RefuseManualStart', 'RefuseManualStop'].find((key) => first(properties, key) === 'yes')
  if (refused === undefined) return
  throw new Refusal(
    `${unit} is not for anybody to restart: it has ${refused}=yes`,
    `Nothing was changed. ${words.systemctl} cat ${shortName(unit)} shows why.`,
  )
}

/**
 * A message bus or the journal: systemd is connected to it, and so is nearly every service, of which many do not connect
 * again. Its sockets are systemd's, so that no other service needs to be looked at.
 */
async function requireNotOfSystemd(host: Host, unit: string, properties: Properties): Promise<void> {
  const [pid, sockets] = [Number(first(properties, 'MainPID')), listOf(properties, 'TriggeredBy')]
  if (host.manager.kind !== 'system' || !(pid > 0) || !sockets.some((name) => name.endsWith('.socket')))
    return
  const socket = await socketToPid1(host, [pid]).catch(orElse(undefined))
  if (socket === undefined) return
  throw new Refusal(
    `systemd itself is a client of ${unit}, by ${socket}: a restart would cut it off, and other services with it`,
    'Nothing was changed. hardenctl walks services that a running system can do without for a moment.',
  )
}

/** Of what a "+" starts, systemd confines nothing: systemd.service(5), "Command lines". */
function requireConfined(unit: string, properties: Properties): void {
  const commands = execCommands(properties).ExecStart ?? []
  if (commands.length === 0 || !commands.every(({ flags }) => flags.includes('privileged'))) return
  throw new Refusal(
    `"+" before the command of ${unit} gives it full privileges: systemd applies none of these settings to it`,
    'Nothing was changed. Take the "+" out of ExecStart= if the command does not need it.',
  )
}
