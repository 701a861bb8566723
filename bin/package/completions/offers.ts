import { CATALOG } from '../../../src/catalog/index.ts'
import {
  COMMANDS,
  COMMON_OPTIONS,
  type CommandDefinition,
  type OptionDefinition,
} from '../../../src/cli/definition.ts'

/** Directives that hardenctl can set, in the order of the walk. */
export const DIRECTIVES: readonly string[] = CATALOG.map(({ key }) => key)

/** The walk, which is called without a word of its own. */
export const WALK: CommandDefinition = COMMANDS[0]
export const ALL: readonly CommandDefinition[] = COMMANDS
/** Those that are called by their names. */
export const VERBS: readonly CommandDefinition[] = ALL.slice(1)
export const COMMON: readonly OptionDefinition[] = COMMON_OPTIONS

/** A line of sh that prints the services that run, one a line and without their suffix. */
export const LIST_RUNNING =
  "systemctl list-units --type=service --state=running --plain --no-legend --full 2>/dev/null | sed -n 's/\\.service .*//p'"

/** A line of sh that prints the services that have a kept drop-in. Everybody may read that folder. */
export const LIST_KEPT =
  "find /etc/systemd/system -path '*.service.d/zz-hardenctl-kept.conf' 2>/dev/null | sed 's|^/etc/systemd/system/||; s|\\.service\\.d/.*||'"

/** "--yes" and "-y" of each. */
export function optionSpellings(options: readonly OptionDefinition[]): string[] {
  return options.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])])
}

/** Every option of any command that takes a value, each once. */
export function takingValues(): OptionDefinition[] {
  const all = ALL.flatMap(({ options }) => options)
  return [...new Map(all.map((option) => [option.name, option])).values()].filter(
    ({ value }) => value !== undefined,
  )
}

export function withOffer({ offers }: CommandDefinition): boolean {
  return offers !== 'nothing'
}
