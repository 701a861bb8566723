import type { ExecutableFacts, Facts } from '../../observe/facts.ts'
import { sightingsText } from '../../observe/trace/learned.ts'
import { namesIn } from '../capabilities/need.ts'
import { called, isRoot, opensSessions, passwordAsker, sessionOpener } from '../common/roles.ts'
import { actsSeen } from '../common/seen-in-clone.ts'
import { toggle } from '../common/toggle.ts'
import { setting, startsUnprivileged } from '../common/unit-settings.ts'
import { bringsWithFilters } from '../common/user-manager.ts'

function privilegedProgram(facts: Facts): ExecutableFacts | undefined {
  return facts.executables.find(
    ({ setuid, setgid, fileCapabilities }) => setuid || setgid || namesIn(fileCapabilities).length > 0,
  )
}

function privilegedHow({ path, setuid, setgid, fileCapabilities }: ExecutableFacts): string {
  if (setuid) return `${path} is setuid`
  return setgid ? `${path} is setgid` : `${path} carries the file capabilities ${fileCapabilities}`
}

/**
 * Before 255 systemd set it for a unit with User= and any filter of system calls, and since then where the filter leaves
 * out capset. Written it holds on every release, and counts.
 */
function inEffect(facts: Facts): string | undefined {
  const { processes, systemd } = facts
  if (setting(facts, 'NoNewPrivileges') === 'yes' || processes.length === 0) return undefined
  if (!processes.every((process) => process.noNewPrivileges)) return undefined
  return bringsWithFilters(facts)
    ? `It is in force by implication: systemd ${systemd} sets it for User= with a filter of system calls, and later releases do not.`
    : 'It is in force by implication: all its processes have it.'
}

export const NO_NEW_PRIVILEGES = toggle({
  key: 'NoNewPrivileges',
  denies: ['gain-rights'],
  stage: 'system',
  since: 187,
  what: 'No process of the service can gain rights: setuid programs and file capabilities have no effect.',
  breaks:
    "sudo, ping with file capabilities, mail submission through a setgid program and PAM's helpers fail. Under SELinux it may keep another domain than before.",
  wins: 'An intruder cannot become root through a flaw in a setuid program.',
  impliedBy: 'DynamicUser',
  inEffect,
  forbids: 'privileged',
  failsWith: { exits: [227] },
  against: (facts) => {
    if (inEffect(facts) !== undefined) return undefined
    const program = privilegedProgram(facts)
    if (program && (startsUnprivileged(facts) || facts.processes.some((process) => !isRoot(process)))) {
      return `${privilegedHow(program)}, and not all its processes are root.`
    }
    const [act] = actsSeen(facts, 'privileged')
    if (act) return `In a clone it executed ${act.detail}, which is setuid (${sightingsText(act.sightings)}).`
    const session = sessionOpener(facts)
    if (session) return `${opensSessions(facts)}, and people may need sudo in them.`
    const asker = passwordAsker(facts)
    return asker && `${called(asker)} asks PAM for passwords, whose helper unix_chkpwd is setuid.`
  },
  evidence: (facts) => {
    const count = facts.executables.length
    return count === 0
      ? []
      : [`None of the ${count} programs seen is setuid or setgid or carries file capabilities.`]
  },
})
