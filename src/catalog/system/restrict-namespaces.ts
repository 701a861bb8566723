import type { Facts } from '../../observe/facts.ts'
import { inForce, list, proposed, service, unique } from '../common/proposal.ts'
import { called, mainProcess, noProcess } from '../common/roles.ts'
import { actsSeen, actText } from '../common/seen-in-clone.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { setting } from '../common/unit-settings.ts'
import { NAMESPACE_LIST } from '../common/values.ts'

/**
 * Namespaces that systemd made: those of the main process. Where it knows none, those that all processes share, if the
 * service was followed, since making them would have been seen.
 */
function givenNamespaces(facts: Facts): readonly string[] {
  const main = mainProcess(facts)
  if (main !== undefined) return main.ownNamespaces
  const [first, ...others] = facts.processes
  if (first === undefined || facts.learned === undefined) return []
  return first.ownNamespaces.filter((name) =>
    others.every(({ ownNamespaces }) => ownNamespaces.includes(name)),
  )
}

/** Namespaces that processes created for themselves. */
function madeNamespaces(facts: Facts): { names: string[]; evidence: string[] } {
  const given = givenNamespaces(facts)
  const makers = facts.processes.flatMap((process) => {
    const names = process.ownNamespaces.filter((name) => !given.includes(name))
    return names.length === 0 ? [] : [{ process, names }]
  })
  const made = actsSeen(facts, 'namespace')
  return {
    names: unique([...makers.flatMap(({ names }) => names), ...made.map(({ detail }) => detail)]).sort(),
    evidence: unique([
      ...makers.map(
        ({ process, names }) => `${called(process)} lives in namespaces of its own: ${names.join(', ')}.`,
      ),
      ...made.map(actText),
    ]),
  }
}

function proposeNamespaces(facts: Facts): Proposed | NotProposed {
  const now = setting(facts, 'RestrictNamespaces')
  // Shown "yes", or as an empty list of what is allowed, depending on the release.
  if (now === 'yes' || now === '') return inForce('The unit already has this setting.', 'yes')
  const { names, evidence } = madeNamespaces(facts)
  if (names.length === 0) {
    const none = noProcess(facts, 'live in a namespace that systemd did not give')
    return proposed('yes', [service('RestrictNamespaces', 'yes')], none)
  }
  if (now !== undefined && now !== 'no') return inForce('All the allowed kinds are in use.', now)
  const lines = list('RestrictNamespaces', names)
  const caution = 'It creates namespaces: only the kinds seen stay allowed, but it may need others at times.'
  return proposed(names.join(' '), lines, evidence, { caution })
}

export const RESTRICT_NAMESPACES: Directive = {
  key: 'RestrictNamespaces',
  takes: NAMESPACE_LIST,
  denies: ['mount', 'namespaces'],
  stage: 'system',
  since: 233,
  enforcer: 'filter',
  what: 'Forbids creating and entering namespaces, the building blocks of containers.',
  breaks:
    'Programs that start sandboxes or containers fail: browsers, PDF and image converters with a sandbox, container engines.',
  wins: 'User namespaces in particular expose much of the kernel to ordinary accounts; many recent exploits start there.',
  forbids: 'namespace',
  propose: proposeNamespaces,
}
