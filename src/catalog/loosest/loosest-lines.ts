import { applyAssignments } from '../../systemd/settings/settings.ts'
import { kindOf } from '../../systemd/settings/settings-kinds.ts'
import { ALL_NAMESPACES, booleanWord } from '../../systemd/settings/settings-values.ts'
import { list, service, unique } from '../common/proposal.ts'
import type { Assignment } from '../common/types.ts'
import { wordsOf } from '../common/values.ts'
import { loosestFilter } from './loosest-filter.ts'
import { indexesOf, type Loosest, needsOf, type Variant } from './variants.ts'

/** Values of settings that are one word, tightest first. */
const TIGHTEST_FIRST: Readonly<Record<string, string>> = {
  Delegate: 'no yes',
  DevicePolicy: 'strict closed auto',
  KeyringMode: 'private shared inherit',
  NotifyAccess: 'none main exec all',
  PrivateTmp: 'disconnected yes no',
  PrivateUsers: 'yes identity full no',
  ProcSubset: 'pid all',
  ProtectControlGroups: 'strict private yes no',
  ProtectHome: 'yes tmpfs read-only no',
  ProtectHostname: 'yes private no',
  ProtectProc: 'ptraceable invisible noaccess default',
  ProtectSystem: 'strict full yes no',
}

/** Lists of what is let through, where a drop-in that does not write the list needs nothing of it. */
const GRANTS: ReadonlySet<string> = new Set([
  'AmbientCapabilities',
  'ExecPaths',
  'IPAddressAllow',
  'ReadWritePaths',
])

/**
 * The loosest lines of a setting; undefined where nobody can say which value is looser, as of two accounts. Without lines
 * where one of the drop-ins does not restrict the setting. Pure.
 */
export function loosestLines(key: string, variants: readonly Variant[]): Loosest | undefined {
  const [first = []] = variants
  if (variants.every((one) => sameLines(one, first))) return { lines: first, needs: [] }
  const free = indexesOf(variants, (one) => one.length === 0)
  if (free.length > 0 && !GRANTS.has(key)) return { lines: [], needs: [{ kind: 'free', word: '', of: free }] }
  switch (kindOf(key)) {
    case 'boolean':
    case 'word':
      return loosestWord(key, variants)
    case 'octal':
      return loosestMask(key, variants)
    case 'capabilities':
      return unionOf(
        variants.map((one) =>
          loaded(key, one)
            .map((name) => name.toUpperCase())
            .sort(),
        ),
        (all) => list(key, all.toSorted()),
      )
    case 'namespaces':
      return unionOf(
        variants.map((one) => loaded(key, one)),
        (all) => namespaceLines(key, all),
      )
    case 'families':
      return loosestFamilies(key, variants)
    case 'syscalls':
      return loosestFilter(variants)
    case 'paths':
    case 'addresses':
    case 'words':
      return loosestWords(key, variants)
    default:
      return undefined
  }
}

function sameLines(one: Variant, other: Variant): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** The setting as a manager would load these lines alone. */
function loaded(key: string, variant: Variant): readonly string[] {
  return applyAssignments({}, variant, {})[key] ?? []
}

function loosestWord(key: string, variants: readonly Variant[]): Loosest | undefined {
  const order = (TIGHTEST_FIRST[key] ?? (kindOf(key) === 'boolean' ? 'yes no' : '')).split(' ')
  const ranks = variants.map((one) => order.indexOf(booleanWord(one.at(-1)?.value ?? '')))
  if (ranks.includes(-1)) return undefined
  const loosest = Math.max(...ranks)
  const word = order[loosest] ?? ''
  return {
    lines: [service(key, word)],
    needs: needsOf([word], () => indexesOf(ranks, (rank) => rank === loosest), ranks.length, 'value'),
  }
}

function loosestMask(key: string, variants: readonly Variant[]): Loosest {
  const masks = variants.map((one) => Number.parseInt(one.at(-1)?.value ?? '', 8))
  const shared = masks.reduce((all, mask) => all & mask)
  const word = shared.toString(8).padStart(4, '0')
  return {
    lines: [service(key, word)],
    needs: needsOf([word], () => indexesOf(masks, (mask) => mask === shared), masks.length, 'value'),
  }
}

/** Words that one of the lists has, and who has those that not all have. */
function unionOf(
  lists: readonly (readonly string[])[],
  linesOf: (words: readonly string[]) => Assignment[],
): Loosest {
  const all = unique(lists.flat())
  return {
    lines: linesOf(all),
    needs: needsOf(all, (word) => indexesOf(lists, (one) => one.includes(word)), lists.length),
  }
}

/** Words that every one of the lists denies; the others are needed by those that do not deny them. */
function sharedOf(
  lists: readonly (readonly string[])[],
  linesOf: (words: readonly string[]) => Assignment[],
): Loosest {
  const all = unique(lists.flat())
  const denied = all.filter((word) => lists.every((one) => one.includes(word)))
  const needs = needsOf(all, (word) => indexesOf(lists, (one) => !one.includes(word)), lists.length)
  return { lines: denied.length === 0 ? [] : linesOf(denied), needs }
}

function namespaceLines(key: string, names: readonly string[]): Assignment[] {
  if (names.length === 0) return [service(key, 'yes')]
  return names.length === ALL_NAMESPACES.length ? [service(key, 'no')] : list(key, names)
}

function loosestFamilies(key: string, variants: readonly Variant[]): Loosest | undefined {
  const lists = variants.map((one) => loaded(key, one))
  const denying = lists.filter(([head]) => head === '~')
  if (denying.length === 0)
    return unionOf(lists, (all) => (all.length === 0 ? list(key, ['none']) : list(key, all.toSorted())))
  if (denying.length < lists.length) return undefined
  return sharedOf(
    lists.map((one) => one.slice(1)),
    (all) => list(key, [`~${all.join(' ')}`]),
  )
}

/** What may be missing on one of the hosts, as "-" before a path says it (systemd.exec(5)). */
function optional(word: string): string {
  return word.replace(/^-?/, '-')
}

function loosestWords(key: string, variants: readonly Variant[]): Loosest {
  const isPaths = kindOf(key) === 'paths'
  const lists = variants.map((one) => one.flatMap(({ value }) => wordsOf(value)))
  const resets = variants.every((one) => one.length === 0 || one.some(({ value }) => value === ''))
  const linesOf = (words: readonly string[]) => (resets ? list(key, words) : [service(key, words.join(' '))])
  if (key === 'NoExecPaths' || key === 'IPAddressDeny') return sharedOf(lists, linesOf)
  const plain = isPaths ? lists.map((one) => one.map(optional)) : lists
  return unionOf(plain, linesOf)
}
