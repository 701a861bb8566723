import { service } from '../../../src/catalog/common/proposal.ts'
import type { Directive } from '../../../src/catalog/common/types.ts'
import { takesValue } from '../../../src/catalog/common/values.ts'
import { CATALOG } from '../../../src/catalog/index.ts'
import { parseArguments } from '../../../src/cli/arguments.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'
import { SYSTEM_MANAGER } from '../../../src/host/manager.ts'
import { printableState, printableText } from '../../../src/host/printable.ts'
import { parseGroup, parsePasswd } from '../../../src/observe/config/accounts.ts'
import { parseLogrotate } from '../../../src/observe/config/logrotate-config.ts'
import { accountsOfArguments, namedWords, sudoSubjects } from '../../../src/observe/config/named-words.ts'
import { preparesSessions } from '../../../src/observe/config/pam-rules.ts'
import { reachesUnit } from '../../../src/observe/config/rotation-script.ts'
import { parseElf } from '../../../src/observe/files/elf.ts'
import { importedNames } from '../../../src/observe/files/elf-imports.ts'
import { parseCapable, parseGetcap } from '../../../src/observe/files/file-capabilities.ts'
import { parseInterpreterLine } from '../../../src/observe/files/interpreter-line.ts'
import { parseLoaderList } from '../../../src/observe/files/loader-list.ts'
import { parseDpkgSearch, parseVersions } from '../../../src/observe/files/packages.ts'
import { regularExpressionOf } from '../../../src/observe/files/path-pattern.ts'
import { parseEndpoint } from '../../../src/observe/proc/addresses.ts'
import { capabilitiesOfMask } from '../../../src/observe/proc/capability-sets.ts'
import { cgroupMounts } from '../../../src/observe/proc/control-group.ts'
import { parseMaps } from '../../../src/observe/proc/maps.ts'
import { parseMounts, visibleMounts } from '../../../src/observe/proc/mounts.ts'
import { isOpenForWriting, parseLinkTarget } from '../../../src/observe/proc/open-files.ts'
import {
  parseCmdline,
  parseRunTime,
  parseStat,
  parseStatus,
} from '../../../src/observe/proc/process-status.ts'
import { SOCKET_TABLES } from '../../../src/observe/proc/socket-tables.ts'
import { fileInodes } from '../../../src/observe/proc/unix-path.ts'
import { Trace } from '../../../src/observe/trace/trace.ts'
import { unitOfCgroup } from '../../../src/rehearsal/compare/listener-unit.ts'
import { endpointsInJournal } from '../../../src/rehearsal/compare/missing-endpoints.ts'
import { layersIn, parseFound } from '../../../src/rehearsal/compare/overlay-diff.ts'
import { AcceptedError, parseAccepted } from '../../../src/session/overview/accepted.ts'
import { diffLines } from '../../../src/session/plan/diff-lines.ts'
import { PlanError, parsePlan } from '../../../src/session/plan/parse-plan.ts'
import { parseTicks } from '../../../src/session/proof/clone-scheduler.ts'
import { recipientsIn } from '../../../src/session/proof/full-places.ts'
import { zoneNames } from '../../../src/session/proof/full-zones.ts'
import { parseState, StoreError } from '../../../src/session/store/store.ts'
import { parseDropIn, StrangerError } from '../../../src/session/try/parse-drop-in.ts'
import { exposure } from '../../../src/systemd/exposure/exposure.ts'
import { parseExposures, parseOverall, parseSaidChecks } from '../../../src/systemd/exposure/security.ts'
import { parseSeccompJournal, parseSeccompText } from '../../../src/systemd/log/audit.ts'
import { parseJournal } from '../../../src/systemd/log/journal.ts'
import { parseExec } from '../../../src/systemd/manager/exec.ts'
import { parseShowMany, parseUnitList } from '../../../src/systemd/manager/services.ts'
import { parseShow } from '../../../src/systemd/manager/show.ts'
import { serviceName, UnitNameError } from '../../../src/systemd/manager/unit-name.ts'
import { parseVersion, scoresBpf } from '../../../src/systemd/manager/version.ts'
import { renderDropIn } from '../../../src/systemd/settings/drop-in.ts'
import { applyAssignments, settingsFromShow } from '../../../src/systemd/settings/settings.ts'
import { difference } from '../../../src/systemd/settings/settings-difference.ts'
import { execLines, parseUnitText } from '../../../src/systemd/settings/unit-files.ts'
import { flattenGroups, parseSyscallGroups } from '../../../src/systemd/syscalls/syscall-groups.ts'
import { diagnose } from '../../../src/trial/diagnosis/diagnosis.ts'
import { CheckError, parseCheck, parseExercise } from '../../../src/trial/health/check.ts'
import { fullExchangeOf } from '../../../src/trial/health/full/index.ts'
import { PROTOCOLS, protocolOfGreeting } from '../../../src/trial/health/protocols/index.ts'
import { lowDiskSpace } from '../../../src/trial/transaction/preconditions.ts'

type Parser = [
  name: string,
  parse: (text: string, bytes: Uint8Array) => unknown,
  refusal?: new (message: string) => Error,
]

/** What a directive takes as its value can be written into a drop-in. */
function asked(text: string): string[] {
  const value = text.trim()
  const taking = CATALOG.filter(({ takes }) => takesValue(takes, value))
  return taking.map(({ key }) => renderDropIn([], [{ comment: [], assignments: [service(key, value)] }]))
}

/** A drop-in whose settings are known, and have the lines of the text as their values. */
function settingsOf(text: string, bytes: Uint8Array): string {
  const lines = text.split('\n').map((line, at) => {
    const { key, writes = {} } = CATALOG[(bytes[at] ?? 0) % CATALOG.length] as Directive
    const keys = [key, ...Object.keys(writes)]
    return `${keys[at % keys.length]}=${line}`
  })
  return ['[Service]', ...lines].join('\n')
}

/** Whatever reads text that hardenctl did not write itself. */
export const PARSERS: Parser[] = [
  ['show', (text) => parseShow(text)],
  ['settings', (text) => settle(text)],
  ['unit text', (text) => execLines(parseUnitText(text))],
  ['exec', (text) => parseExec(text)],
  ['journal', (text) => parseJournal(text)],
  ['exposure', (text) => parseOverall(text)],
  ['exposures', (text) => parseExposures(text)],
  ['checks', (text) => parseSaidChecks(text)],
  ['unit list', (text) => parseUnitList(text)],
  ['show of many', (text) => parseShowMany(text, 2)],
  ['accepted', (text) => parseAccepted(text, '/x'), AcceptedError],
  ['syscall groups', (text) => flattenGroups(parseSyscallGroups(text))],
  ['seccomp text', (text) => parseSeccompText(text)],
  ['seccomp journal', (text) => parseSeccompJournal(text)],
  ['version', (text) => [parseVersion(text), scoresBpf(text)]],
  ['unit name', (text) => serviceName(text), UnitNameError],
  ["others' drop-ins", (text) => parseDropIn(text), StrangerError],
  ["others' settings", (text, bytes) => parseDropIn(settingsOf(text, bytes)), StrangerError],
  ['plans', (text) => diffLines(parsePlan(text), undefined), PlanError],
  ['state', (text) => parseState(SYSTEM_MANAGER, text, 'x.service'), StoreError],
  ['command line', (text) => parseArguments(text.split('\n')), UsageError],
  ['values asked for', (text) => asked(text)],
  ['check', (text) => parseCheck(text), CheckError],
  ['socket files', (text) => fileInodes(text)],
  ['greeting', (text) => protocolOfGreeting(text, 25)],
  [
    'conversation',
    (text) => [
      ...PROTOCOLS.map(({ read }) => read([text, text])),
      fullExchangeOf('LDAP')?.first?.word([text]),
    ],
  ],
  [
    'turns',
    (text) =>
      PROTOCOLS.map(({ gentle }) => gentle.map(({ until = '' }) => new RegExp(until, 's').test(text))),
  ],
  ['exercise', (text) => parseExercise(text), CheckError],
  ['diagnosis', (text) => explain(text)],
  ['room', (text) => lowDiskSpace(SYSTEM_MANAGER, text)],
  ['passwd', (text) => [parsePasswd(text), parseGroup(text)]],
  ['endpoint', (text) => parseEndpoint(text)],
  ['capability mask', (text) => capabilitiesOfMask(/[0-9a-f]{1,16}/.exec(text)?.[0] ?? '0')],
  ['cgroup', (text) => cgroupMounts(text)],
  ['cgroup of a process', (text) => unitOfCgroup(text)],
  ['elf', (_, bytes) => [parseElf(bytes), importedNames(bytes)]],
  [
    'names in a configuration',
    (text) => [
      namedWords(text),
      sudoSubjects(text),
      accountsOfArguments(text.split(' ')),
      zoneNames([text]),
      recipientsIn(text, [text]),
    ],
  ],
  ['rules of PAM', (text) => preparesSessions(text)],
  ['getcap', (text) => [parseGetcap(text, ['/bin/ping']), parseCapable(text)]],
  ['interpreter', (_, bytes) => parseInterpreterLine(bytes)],
  ['loader list', (text) => parseLoaderList(text)],
  ['packages', (text) => [parseDpkgSearch(text), parseVersions(text)]],
  ['logrotate', (text) => parseLogrotate(text)],
  ['rotation script', (text) => reachesUnit(text.split('\n'), ['x.service'])],
  ['maps', (text) => parseMaps(text)],
  ['mounts', (text) => [visibleMounts(parseMounts(text)), layersIn(text)]],
  [
    'find',
    (text) => parseFound(`/layer\t${text.replaceAll('\0', '\0/layer\t')}`, new Map([['/layer', '/var']])),
  ],
  ['ticks', (text) => parseTicks(text)],
  ['words of a service', (text) => endpointsInJournal([text])],
  ['open file', (text) => [isOpenForWriting(text), parseLinkTarget(text)]],
  ['path pattern', (text) => regularExpressionOf(text.slice(0, 60)).test('/var/log/nginx/access.log.1')],
  ['strace', (text) => readTrace(text, 1)],
  ['strace in pieces', (text) => readTrace(text, 7)],
  ['process status', (text) => [parseStatus(text), parseStat(text), parseRunTime(text), parseCmdline(text)]],
  ['screen', (text) => [printableText(text), printableState({ dropIn: text, rows: [text] })]],
  ...Object.entries(SOCKET_TABLES).map(([name, parse]): Parser => [name, (text) => parse(text, 'little')]),
]

/** A trace of everything, and one of systemd and its children. */
function readTrace(text: string, pieces: number): unknown[] {
  return [{}, { manager: { pid: 1, program: 'systemd' }, isService: () => true }].map((options) => {
    const trace = new Trace(options)
    const size = Math.ceil(text.length / pieces) || 1
    for (let at = 0; at < text.length; at += size) trace.feed(text.slice(at, at + size), `phase ${at}`)
    return trace.learned()
  })
}

const GROUPS = { '@chown': ['chown', 'fchown'], '@known': ['chown', 'fchown', 'read'] }
const KEYS = [
  'CapabilityBoundingSet',
  'SystemCallFilter',
  'RestrictAddressFamilies',
  'RestrictNamespaces',
  'IPAddressDeny',
  'DeviceAllow',
  'BindPaths',
  'ReadWritePaths',
  'UMask',
  'SystemCallErrorNumber',
]

/** What a unit shows, for each kind of setting; what lines on top of it come to; the score and the difference. */
function settle(text: string): unknown {
  const value = text.replaceAll(/[\r\n\0]/g, ' ').slice(0, 300)
  const shown = { ...parseShow(text), ...Object.fromEntries(KEYS.map((key) => [key, [value]])) }
  const settings = settingsFromShow(shown)
  const lines = KEYS.map((key) => ({ section: 'Service' as const, key, value }))
  const applied = applyAssignments(settings, lines, GROUPS)
  return [exposure(applied, { systemd: 257, syscallGroups: GROUPS }), difference(lines, shown, GROUPS)]
}

function explain(message: string): unknown {
  const [reason, ...lines] = message.split('\n')
  const entry = { time: 0, messageId: '', identifier: 'x', pid: 1, priority: 3, fields: {} }
  return diagnose({
    reasons: [{ kind: 'error', text: reason ?? '' }],
    last: undefined,
    journal: [message, ...lines].map((text) => ({ ...entry, message: text })),
    records: [],
    assignments: [{ section: 'Service', key: 'ProtectProc', value: 'invisible' }],
    capabilities: ['cap_kill'],
    groups: GROUPS,
  })
}
