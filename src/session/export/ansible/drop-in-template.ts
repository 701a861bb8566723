import { CATALOG } from '../../../catalog/index.ts'
import type { Plan } from '../../plan/schema.ts'
import { planDropIn } from '../plan-drop-in.ts'
import { HEADER } from './yaml-text.ts'

/** What is as old as this is in every systemd that is still maintained. */
const EVERYWHERE = 239

/** Text of others in a template: without a brace that opens, nothing of it is Jinja. */
function literalText(text: string): string {
  return text.replaceAll('{', "{{ '{' }}")
}

/** The systemd that the lines of a block need: the newest of those that brought its settings. */
function sinceOf(block: string): number {
  const keys = block.split('\n').flatMap((line) => /^([A-Za-z]+)=/.exec(line)?.[1] ?? [])
  const since = (key: string) =>
    CATALOG.filter((one) => one.key === key || Object.hasOwn(one.writes ?? {}, key)).map((one) => one.since)
  return Math.max(0, ...keys.map((key) => Math.min(...since(key))))
}

/** The header of a section stays, whatever becomes of what is below it. */
function guarded(block: string): string {
  const [, section = '', lines = ''] = /^(\[\w+\]\n)?(.*)$/s.exec(block) ?? []
  const since = sinceOf(lines)
  const text = literalText(lines)
  if (since <= EVERYWHERE) return section + text
  return `${section}{% if ansible_facts.systemd.version | int >= ${since} %}\n${text}\n{% endif %}`
}

/** The drop-in as a template: what a systemd does not know is left out there. Pure. */
export function dropInTemplate(plan: Plan): string {
  const blocks = planDropIn(plan).trimEnd().split('\n\n').map(guarded)
  return [`# ${HEADER}`, blocks.join('\n\n'), ''].join('\n')
}
