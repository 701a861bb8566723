import type { Host } from '../../host/host.ts'
import { parseExec } from '../../systemd/manager/exec.ts'
import { first, listOf, showUnit } from '../../systemd/manager/show.ts'
import { unitSource } from '../../systemd/settings/unit-files.ts'
import type { ExecCommand, UnitFacts } from '../facts.ts'

/** Settings whose values may be secrets (systemd.exec(5), "Environment" and "Credentials"). */
const SECRET = /^(Environment|PassEnvironment|(Set|Load|Import)Credential(Encrypted)?)$/

/**
 * Properties with the secret ones cut to their names: facts are stored and shown. "A=1 "B=x y"" → "A B",
 * "ID:path" → "ID".
 */
export function withoutSecrets(properties: Readonly<Record<string, string[]>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, values]) => [
      key,
      SECRET.test(key) ? values.map(namesOnly) : values,
    ]),
  )
}

function namesOnly(value: string): string {
  const words = value.match(/\$?"(?:\\.|[^"\\])*"|\$?'(?:\\.|[^'\\])*'|\S+/gs) ?? []
  const names = words.map((word) => /^\$?["']?([A-Za-z0-9_.-]+)/.exec(word)?.[1] ?? '')
  return names.filter(Boolean).join(' ')
}

/** Exec commands by setting. The "Ex" properties (systemd 243 and later) tell the prefixes and are preferred. */
export function execCommands(properties: Readonly<Record<string, string[]>>): Record<string, ExecCommand[]> {
  const commands: Record<string, ExecCommand[]> = {}
  for (const key of Object.keys(properties)) {
    const setting = /^(Exec(?:Condition|StartPre|Start|StartPost|Reload|Stop|StopPost))(?:Ex)?$/.exec(
      key,
    )?.[1]
    if (!setting || commands[setting]) continue
    const values = properties[`${setting}Ex`] ?? properties[setting] ?? []
    const parsed = values.map(parseExec).filter((command) => command !== undefined)
    if (parsed.length > 0) commands[setting] = parsed
  }
  return commands
}

/** What systemd knows of a unit. The strings of environment and credentials are left out. */
export async function readUnit(host: Host, unit: string): Promise<UnitFacts> {
  const properties = withoutSecrets(await showUnit(host, unit))
  const { execSource, written } = await unitSource(host, unit)
  return {
    id: first(properties, 'Id') || unit,
    names: listOf(properties, 'Names'),
    description: first(properties, 'Description'),
    fragment: first(properties, 'FragmentPath'),
    dropIns: listOf(properties, 'DropInPaths'),
    properties,
    exec: execCommands(properties),
    execSource,
    // No code needs the lines with a unit's secrets, so they are not kept at all.
    written: Object.fromEntries(Object.entries(written).filter(([key]) => !SECRET.test(key))),
    canReload: first(properties, 'CanReload') === 'yes',
  }
}
