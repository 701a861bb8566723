import { parseArguments, UsageError } from '../../../src/cli/arguments.ts'
import { parseGroup, parsePasswd } from '../../../src/observe/accounts.ts'
import { parseEndpoint } from '../../../src/observe/addresses.ts'
import { capabilitiesOfMask } from '../../../src/observe/capabilities.ts'
import { cgroupMounts } from '../../../src/observe/control-group.ts'
import { parseElf } from '../../../src/observe/elf.ts'
import { parseGetcap } from '../../../src/observe/file-capabilities.ts'
import { parseInterpreterLine } from '../../../src/observe/interpreter-line.ts'
import { parseLoaderList } from '../../../src/observe/loader-list.ts'
import { parseLogrotate } from '../../../src/observe/logrotate-config.ts'
import { parseMaps } from '../../../src/observe/maps.ts'
import { parseMounts, visibleMounts } from '../../../src/observe/mounts.ts'
import { isOpenForWriting, parseLinkTarget } from '../../../src/observe/open-files.ts'
import { parseDpkgSearch, parseVersions } from '../../../src/observe/packages.ts'
import { regularExpressionOf } from '../../../src/observe/path-pattern.ts'
import { parseCmdline, parseStat, parseStatus } from '../../../src/observe/process-status.ts'
import { reachesUnit } from '../../../src/observe/rotation-script.ts'
import { SOCKET_TABLES } from '../../../src/observe/socket-tables.ts'
import { Trace } from '../../../src/observe/strace.ts'
import { lackingIn } from '../../../src/rehearsal/lacking.ts'
import { unitOfCgroup } from '../../../src/rehearsal/listener-unit.ts'
import { layersIn, parseFound } from '../../../src/rehearsal/written.ts'
import { parseTicks } from '../../../src/session/pace.ts'
import { parseState, StoreError } from '../../../src/session/store.ts'
import { parseSeccompJournal, parseSeccompText } from '../../../src/systemd/audit.ts'
import { parseExec } from '../../../src/systemd/exec.ts'
import { exposure } from '../../../src/systemd/exposure.ts'
import { parseJournal } from '../../../src/systemd/journal.ts'
import { parseOverall } from '../../../src/systemd/security.ts'
import { applyAssignments, settingsFromShow } from '../../../src/systemd/settings.ts'
import { difference } from '../../../src/systemd/settings-difference.ts'
import { parseShow } from '../../../src/systemd/show.ts'
import { flattenGroups, parseSyscallGroups } from '../../../src/systemd/syscall-groups.ts'
import { execLines, parseUnitText } from '../../../src/systemd/unit-files.ts'
import { serviceName, UnitNameError } from '../../../src/systemd/unit-name.ts'
import { parseVersion, scoresBpf } from '../../../src/systemd/version.ts'
import { CheckError, parseCheck, parseExercise } from '../../../src/trial/check.ts'
import { diagnose } from '../../../src/trial/diagnosis.ts'
import { lackOfRoom } from '../../../src/trial/room.ts'
import { cleanState, cleanText } from '../../../src/ui/clean.ts'

type Parser = [name: string, parse: (text: string, bytes: Uint8Array) => unknown, refusal?: new () => Error]

/** Whatever reads text that hardenctl did not write itself. */
export const PARSERS: Parser[] = [
  ['show', (text) => parseShow(text)],
  ['settings', (text) => settle(text)],
  ['unit text', (text) => execLines(parseUnitText(text))],
  ['exec', (text) => parseExec(text)],
  ['journal', (text) => parseJournal(text)],
  ['exposure', (text) => parseOverall(text)],
  ['syscall groups', (text) => flattenGroups(parseSyscallGroups(text))],
  ['seccomp text', (text) => parseSeccompText(text)],
  ['seccomp journal', (text) => parseSeccompJournal(text)],
  ['version', (text) => [parseVersion(text), scoresBpf(text)]],
  ['unit name', (text) => serviceName(text), UnitNameError],
  ['state', (text) => parseState(text, 'x.service'), StoreError],
  ['command line', (text) => parseArguments(text.split('\n')), UsageError],
  ['check', (text) => parseCheck(text), CheckError],
  ['exercise', (text) => parseExercise(text), CheckError],
  ['diagnosis', (text) => explain(text)],
  ['room', (text) => lackOfRoom(text)],
  ['passwd', (text) => [parsePasswd(text), parseGroup(text)]],
  ['endpoint', (text) => parseEndpoint(text)],
  ['capability mask', (text) => capabilitiesOfMask(/[0-9a-f]{1,16}/.exec(text)?.[0] ?? '0')],
  ['cgroup', (text) => cgroupMounts(text)],
  ['cgroup of a process', (text) => unitOfCgroup(text)],
  ['elf', (_, bytes) => parseElf(bytes)],
  ['getcap', (text) => parseGetcap(text, ['/bin/ping'])],
  ['interpreter', (_, bytes) => parseInterpreterLine(bytes)],
  ['loader list', (text) => parseLoaderList(text)],
  ['packages', (text) => [parseDpkgSearch(text), parseVersions(text)]],
  ['logrotate', (text) => parseLogrotate(text)],
  ['rotation script', (text) => reachesUnit(text.split('\n'), ['x.service'])],
  ['maps', (text) => parseMaps(text)],
  ['mounts', (text) => [visibleMounts(parseMounts(text)), layersIn(text)]],
  ['find', (text) => parseFound(text, '/var')],
  ['ticks', (text) => parseTicks(text)],
  ['words of a service', (text) => lackingIn([text])],
  ['open file', (text) => [isOpenForWriting(text), parseLinkTarget(text)]],
  ['path pattern', (text) => regularExpressionOf(text.slice(0, 60)).test('/var/log/nginx/access.log.1')],
  ['strace', (text) => readTrace(text, 1)],
  ['strace in pieces', (text) => readTrace(text, 7)],
  ['process status', (text) => [parseStatus(text), parseStat(text), parseCmdline(text)]],
  ['screen', (text) => [cleanText(text), cleanState({ dropIn: text, rows: [text] })]],
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
  return [exposure(applied, { version: 257, groups: GROUPS }), difference(lines, shown, GROUPS)]
}

function explain(message: string): unknown {
  const [reason, ...lines] = message.split('\n')
  const entry = { time: 0, messageId: '', identifier: 'x', pid: 1, priority: 3, fields: {} }
  return diagnose({
    reasons: [{ kind: 'settings', text: reason ?? '' }],
    last: undefined,
    journal: [message, ...lines].map((text) => ({ ...entry, message: text })),
    records: [],
    assignments: [{ section: 'Service', key: 'ProtectProc', value: 'invisible' }],
    capabilities: ['cap_kill'],
    groups: GROUPS,
  })
}
