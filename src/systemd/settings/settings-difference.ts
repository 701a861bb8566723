import type { Assignment } from './assignment.ts'
import { applyAssignments, settingsFromShow } from './settings.ts'
import type { Groups } from './settings-kinds.ts'
import { type Kind, kindOf } from './settings-kinds.ts'
import { ALL_CAPABILITIES, words } from './settings-values.ts'

/** A setting whose value in the manager differs from the wanted one. Both texts as lists joined by blanks. */
export interface SettingDifference {
  key: string
  asked: string
  shown: string
}

/**
 * Where the loaded unit is not what was asked: systemd ignores an unknown key, value, call or group with a
 * warning and starts the service without it. Call it after daemon-reload with all of `systemctl show --all`.
 *
 * Lines that are in force change nothing when they are applied once more, so what is shown is compared with
 * itself after the lines. That makes a reset list exact, and one without a reset a matter of containing.
 */
export function difference(
  asked: readonly Assignment[],
  shown: Readonly<Record<string, readonly string[]>>,
  groups: Groups,
): SettingDifference[] {
  const settings = settingsFromShow(shown)
  const wanted = applyAssignments(settings, asked, groups)
  const keys = [...new Set(asked.map(({ key }) => key))]
  return keys.flatMap((key) => {
    const lines = asked.filter((line) => line.key === key).map((line) => line.value.trim())
    const found = settings[key] ?? defaultOf(kindOf(key))
    if (kindOf(key) === 'exec') return execDifference(key, lines, found)
    const want = wanted[key] ?? []
    if (isInForce(key, lines, want, found, groups)) return []
    return [{ key, asked: want.join(' '), shown: found.join(' ') }]
  })
}

/** A property that is not printed: an empty list, or one that this systemd does not have. */
function defaultOf(kind: Kind): readonly string[] {
  return kind === 'namespaces' ? ['(not shown)'] : []
}

function isInForce(
  key: string,
  lines: readonly string[],
  want: readonly string[],
  found: readonly string[],
  groups: Groups,
): boolean {
  const kind = kindOf(key)
  const missing = want.filter((value) => !found.includes(value))
  const extra = found.filter((value) => !want.includes(value))
  switch (kind) {
    case 'syscalls':
    case 'syscall-log':
      return (
        extra.length === 0 &&
        missing.every((name) => isUnfilterable(name, lines, found, groups)) &&
        namesIn(lines).every((name) => !name.startsWith('@') || groups[name] !== undefined)
      )
    case 'file-systems':
      return areFileSystemsInForce(lines, missing, extra, found)
    case 'capabilities':
      return (
        extra.length === 0 &&
        missing.every((name) => isTooNew(name, lines)) &&
        namesIn(lines).every((name) => ALL_CAPABILITIES.includes(name.toLowerCase()))
      )
    case 'boolean':
      return missing.length === 0 || isTightened(key, want, found)
    default:
      return missing.length === 0 && extra.length === 0
  }
}

/** DynamicUser= makes PrivateTmp=yes a disconnected one since 257. */
function isTightened(key: string, want: readonly string[], found: readonly string[]): boolean {
  return key === 'PrivateTmp' && want[0] === 'yes' && found[0] === 'disconnected'
}

/**
 * A call that came with a group and that libseccomp does not know is left out without a word. A call that was
 * written by name, or a group of which nothing shows, was ignored.
 */
function isUnfilterable(
  name: string,
  lines: readonly string[],
  found: readonly string[],
  groups: Groups,
): boolean {
  const asked = namesIn(lines)
  if (asked.includes(name)) return false
  const plain = new Set(found.map((entry) => entry.split(':')[0]))
  return ['@default', ...asked].some((group) => {
    const members = (Object.hasOwn(groups, group) && groups[group]) || []
    return members.includes(name.split(':')[0] ?? '') && members.some((member) => plain.has(member))
  })
}

/** The names in the lines, allowed or denied, without error numbers. */
function namesIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => words(line.replace(/^~/, ''))).map((word) => word.split(':')[0] ?? '')
}

/** Groups of file systems are expanded by systemd from a table that nothing prints in a form to be read. */
function areFileSystemsInForce(
  lines: readonly string[],
  missing: readonly string[],
  extra: readonly string[],
  found: readonly string[],
): boolean {
  const hasGroup = lines.some((line) => line.includes('@'))
  if (!hasGroup) return missing.length === 0 && extra.length === 0
  return missing.every((name) => name.startsWith('@')) && found.some((name) => name !== '~')
}

/** "~cap_x" means all the others, and an older kernel has fewer of those. */
function isTooNew(name: string, lines: readonly string[]): boolean {
  const newest = ['cap_perfmon', 'cap_bpf', 'cap_checkpoint_restore']
  return lines.some((line) => line.startsWith('~')) && newest.includes(name)
}

function execDifference(
  key: string,
  lines: readonly string[],
  found: readonly string[],
): SettingDifference[] {
  const reset = lines.lastIndexOf('')
  const wanted = lines.slice(reset + 1)
  const present = reset < 0 ? found.slice(Math.max(found.length - wanted.length, 0)) : found
  const same =
    wanted.length === present.length &&
    wanted.every((line, index) => isSameCommand(line, present[index] ?? ''))
  return same ? [] : [{ key, asked: wanted.join(' ; '), shown: present.map(shownCommand).join(' ; ') }]
}

/** Specifiers (%n) are shown resolved, so each stands for any text. */
function isSameCommand(line: string, shown: string): boolean {
  const pattern = writtenCommand(line)
    .split(/(%.)/)
    .map((part) => (part === '%%' ? '%' : /^%./.test(part) ? undefined : part))
    .map((part) => (part === undefined ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  const search = line.replace(/^[-@:+!|]*/, '').startsWith('/') ? '' : '(?:/.*/)?'
  return new RegExp(`^${search}${pattern.join('')}$`, 's').test(shownCommand(shown))
}

/** Path and arguments without the prefixes (systemd.service(5), "Command lines") and without argv[0]. */
function writtenCommand(line: string): string {
  const prefix = /^[-@:+!|]*/.exec(line)?.[0] ?? ''
  const rest = bare(line.slice(prefix.length)).split(' ')
  if (prefix.includes('@')) rest.splice(1, 1)
  return rest.join(' ')
}

/** "{ path=/bin/x ; argv[]=x -a ; …}" → "/bin/x -a". */
function shownCommand(shown: string): string {
  const match = /path=(.*?) ; argv\[\]=(.*?) ; (?:ignore_errors|flags)=/s.exec(shown)
  if (match === null) return bare(shown)
  const [, path = '', argv = ''] = match
  return bare([path, ...argv.split(' ').slice(1)].join(' '))
}

/** Quoting differs between what is written and what is shown, and between versions. */
function bare(text: string): string {
  return text
    .replace(/["'\\]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
