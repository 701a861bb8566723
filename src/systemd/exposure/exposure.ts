import { impliedMissing, type Settings } from '../settings/settings.ts'
import { syscallNumber } from '../syscalls/syscall-numbers.ts'
import { BPF_CHECK, EXPOSURE_CHECKS, type ExposureCheck, type Judge } from './exposure-checks.ts'

/** What systemd-analyze counts by beside the settings. The names are those of the facts, which can be given whole. */
export interface ExposureOptions {
  /** Major version of systemd. */
  systemd: number
  /** "@group" → system calls, subgroups resolved. */
  syscallGroups: Readonly<Record<string, readonly string[]>>
  /** `uname -m`; '' or absent for x86_64. A denial need only name calls that this architecture has. */
  architecture?: string
  /** The CAP_BPF check exists: always since 255; in 252.19, 253.13 and 254.6 too, which a major can't tell. */
  scoresBpf?: boolean
  /** As `security --offline`: PrivateMounts= counts only when written. */
  offline?: boolean
}

export interface JudgedCheck {
  id: string
  jsonField: string
  weight: number
  /** 0..range; undefined when the check does not apply, and then it is in neither sum. */
  badness: number | undefined
  range: number
  /** Share of the exposure ×10, rounded up as systemd does: several rows add up to more than the score. */
  exposure: number
}

export interface Exposure {
  /** ×10: 92 is 9.2. */
  score: number
  rating: string
  checks: JudgedCheck[]
}

/** Lowest score ×10 of each rating, as systemd-analyze names them. */
const RATINGS: readonly [number, string][] = [
  [100, 'DANGEROUS'],
  [90, 'UNSAFE'],
  [75, 'EXPOSED'],
  [50, 'MEDIUM'],
  [10, 'OK'],
  [1, 'SAFE'],
  [0, 'PERFECT'],
]

/** What makes systemd give a unit a mount namespace, as far as the check infers it. */
export const MOUNTING: readonly string[] = [
  'PrivateDevices',
  'PrivateTmp',
  'ProtectControlGroups',
  'ProtectKernelTunables',
  'ProtectKernelModules',
  'ProtectHome',
  'ProtectSystem',
]

/** Newest call that libseccomp 2.6.0 can filter (removexattrat); systemd drops later ones from a denial. */
const NEWEST_FILTERABLE = 466

/**
 * Exposure of a unit as `systemd-analyze security` counts it: Σ⌈badness·weight/range⌉ over Σweight of the
 * checks that apply. Pure; takes loaded settings and predicted ones alike.
 */
export function exposure(settings: Settings, options: ExposureOptions): Exposure {
  const hasBpf = options.scoresBpf ?? options.systemd >= 255
  const judged = EXPOSURE_CHECKS.filter((check) => hasBpf || check.jsonField !== BPF_CHECK).map((check) => ({
    check,
    badness: applicableBadness(check, settings, options),
  }))
  const { score, weights } = scoreOf(judged.map((row) => ({ ...row.check, badness: row.badness })))
  const checks = judged.map((row) => {
    const { id, jsonField, weight, range } = row.check
    const share = Math.ceil(Math.ceil(((row.badness ?? 0) * weight * 100) / range) / weights)
    return { id, jsonField, weight, badness: row.badness, range, exposure: share }
  })
  return { score, rating: rating(score), checks }
}

function scoreOf(checks: readonly Pick<JudgedCheck, 'weight' | 'badness' | 'range'>[]): {
  score: number
  weights: number
} {
  const counted = checks.filter((check) => check.badness !== undefined)
  const weights = sum(counted.map(({ weight }) => weight))
  const losses = counted.map((check) => Math.ceil(((check.badness ?? 0) * check.weight) / check.range))
  return { score: Math.ceil((100 * sum(losses)) / weights), weights }
}

/** The score ×10 if these checks had found nothing: by JSON field. */
export function scoreWithout({ checks }: Exposure, fields: ReadonlySet<string>): number {
  const isPassed = (check: JudgedCheck) => check.badness !== undefined && fields.has(check.jsonField)
  return scoreOf(checks.map((check) => (isPassed(check) ? { ...check, badness: 0 } : check))).score
}

/** The word for a score ×10. */
export function rating(score: number): string {
  return RATINGS.find(([least]) => score >= least)?.[1] ?? 'PERFECT'
}

/** 92 → "9.2". */
export function formatScore(score: number): string {
  return `${Math.floor(score / 10)}.${score % 10}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function applicableBadness(check: ExposureCheck, settings: Settings, options: ExposureOptions) {
  if (check.needsDefaultDependencies && one(settings, 'DefaultDependencies') === 'no') return undefined
  return badness(check.judge, settings, options)
}

function badness(judge: Judge, settings: Settings, options: ExposureOptions): number | undefined {
  switch (judge.by) {
    case 'boolean':
      return isOn(settings, judge.key, options) ? 0 : 1
    case 'word':
      return judge.badness[one(settings, judge.key)] ?? judge.otherwise
    case 'capabilities':
      return hasCapability(settings, judge.names.split(' ')) ? 1 : 0
    case 'namespace':
      return (settings.RestrictNamespaces ?? [judge.name]).includes(judge.name) ? 1 : 0
    case 'families':
      return familiesDenied(settings, judge.names) ? 0 : 1
    case 'syscalls':
      return syscallBadness(settings, judge.group, options)
    case 'user':
      return userBadness(settings)
    case 'supplementary-groups':
      return isRoot(settings) ? undefined : Number((settings.SupplementaryGroups ?? []).length > 0)
    case 'remove-ipc':
      return isRoot(settings) ? undefined : Number(one(settings, 'RemoveIPC') !== 'yes')
    case 'root':
      return Number(isWholeRoot(settings, 'RootDirectory') && isWholeRoot(settings, 'RootImage'))
    case 'umask':
      return umaskBadness(one(settings, 'UMask'))
    case 'architectures':
      return architectureBadness(settings.SystemCallArchitectures ?? [])
    case 'addresses':
      return addressBadness(settings, options)
    case 'devices':
      return deviceBadness(settings)
    case 'ambient':
      return Number((settings.AmbientCapabilities ?? []).length > 0)
  }
}

function one(settings: Settings, key: string): string {
  return settings[key]?.[0] ?? ''
}

/** Values beside yes (disconnected, identity, strict, private …) make the boolean property true. */
function isOn(settings: Settings, key: string, options: ExposureOptions): boolean {
  if (key === 'PrivateMounts' && !options.offline && infersMounts(settings)) return true
  return !['', 'no'].includes(one(settings, key))
}

function infersMounts(settings: Settings): boolean {
  return MOUNTING.some((key) => !['', 'no'].includes(one(settings, key))) || one(settings, 'RootImage') !== ''
}

function hasCapability(settings: Settings, names: readonly string[]): boolean {
  const missing = impliedMissing(settings)
  const bounding = settings.CapabilityBoundingSet
  return names.some((name) => (bounding?.includes(name) ?? true) && !missing.includes(name))
}

const OWN_FAMILIES: readonly string[] = ['AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK', 'AF_PACKET']

/** One listed member flips its row, so a denial of AF_INET alone counts for AF_INET6 too, as in systemd. */
function familiesDenied(settings: Settings, names: string): boolean {
  const listed = settings.RestrictAddressFamilies ?? ['~']
  const denies = listed[0] === '~'
  const members = names.split(' ')
  const touches = listed.some((family) =>
    names === '' ? family !== '~' && !OWN_FAMILIES.includes(family) : members.includes(family),
  )
  return touches === denies
}

/** 9 for an allow-list with a member of the group, 10 for a deny-list that lacks one or for no filter. */
function syscallBadness(settings: Settings, group: string, options: ExposureOptions): number {
  const filter = settings.SystemCallFilter ?? ['~']
  const denies = filter[0] === '~'
  if (denies && filter.length === 1) return 10
  const listed = new Set(filter.map((entry) => entry.split(':')[0]))
  const architecture = options.architecture || 'x86_64'
  const members = options.syscallGroups[group] ?? []
  const offends = members.some((name) => {
    const number = syscallNumber(architecture, name)
    if (number === undefined) return false
    return denies ? !listed.has(name) && number <= NEWEST_FILTERABLE : listed.has(name)
  })
  if (!offends) return 0
  return denies ? 10 : 9
}

function isRoot(settings: Settings): boolean {
  const user = one(settings, 'User')
  if (user === '0' || user === 'root') return true
  return one(settings, 'DynamicUser') !== 'yes' && user === ''
}

function userBadness(settings: Settings): number {
  if (isRoot(settings)) return 10
  return one(settings, 'User') === 'nobody' ? 9 : 0
}

function isWholeRoot(settings: Settings, key: string): boolean {
  return /^\/*$/.test(one(settings, key))
}

function umaskBadness(text: string): number {
  const mask = Number.parseInt(text === '' ? '0022' : text, 8)
  if ((mask & 0o002) === 0) return 10
  if ((mask & 0o004) === 0) return 5
  if ((mask & 0o020) === 0) return 2
  return (mask & 0o040) === 0 ? 1 : 0
}

function architectureBadness(listed: readonly string[]): number {
  if (listed.length === 0) return 10
  return listed.length === 1 && listed[0] === 'native' ? 0 : 8
}

/** The loaded unit's localhost is 127.…/8 and ::1; a file's is any range that starts with 127. */
function addressBadness(settings: Settings, options: ExposureOptions): number {
  const filters = [...(settings.IPIngressFilterPath ?? []), ...(settings.IPEgressFilterPath ?? [])]
  if (filters.length > 0) return 0
  const denied = settings.IPAddressDeny ?? []
  if (!denied.includes('0.0.0.0/0') || !denied.includes('::/0')) return 10
  const allowed = settings.IPAddressAllow ?? []
  if (allowed.length === 0) return 0
  const localhost = options.offline ? /^127\.|^::1\/128$/ : /^127\..*\/8$|^::1\/128$/
  return allowed.every((range) => localhost.test(range)) ? 2 : 5
}

function deviceBadness(settings: Settings): number {
  if (!['strict', 'closed'].includes(one(settings, 'DevicePolicy'))) return 10
  return (settings.DeviceAllow ?? []).length > 0 ? 5 : 0
}
