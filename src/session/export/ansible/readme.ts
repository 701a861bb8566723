import { ownerWords, plannedAccounts, plannedOwners } from '../../plan/plan-words.ts'
import type { Plan } from '../../plan/schema.ts'
import { ratedTenths } from '../../store/score.ts'
import { markdownText } from '../markdown.ts'
import { ROLE_OPTIONS } from './metadata.ts'
import { collectionName, NAMESPACE, ROLE } from './names.ts'
import { notAskedByAnsible } from './planned-values.ts'

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [title, items.map((item) => `- ${markdownText(item)}`).join('\n')]
}

/** What the collection does and how it is used, for who finds it in a repository. Pure. */
export function readme(plan: Plan): string {
  const { unit, hardenctl, at, made_on, exposure } = plan
  const name = `${NAMESPACE}.${collectionName(unit)}`
  const unasked = notAskedByAnsible(plan).map(({ label }) => label)
  return `${[
    `# Hardening of ${markdownText(unit)}`,
    markdownText(
      `A plan of hardenctl ${hardenctl} of ${at.slice(0, 10)}, made with ${made_on.systemd}: exposure ${ratedTenths(exposure.before)} → ${ratedTenths(exposure.after)}.`,
    ),
    [
      '```',
      'ansible-galaxy collection install ./THIS_FOLDER',
      `ansible-playbook -i INVENTORY ${name}.roll_out --check --diff`,
      `ansible-playbook -i INVENTORY ${name}.roll_out -e harden_report=$PWD/report.md`,
      '```',
    ].join('\n'),
    'The playbook begins with one host, goes on with a tenth of them, then with all, and stops at the first host that does not bear the plan. `-e harden_hosts=PATTERN` names the hosts, `-e \'{"harden_serial": [1, 5, 50]}\'` the sizes of the steps.',
    'Where hardenctl is installed, it proves the plan in a clone of that host first, and applies it by its own trial.',
    'Elsewhere the drop-in is tried in `/run`. A timer of systemd is armed before, and undoes all of it on the host itself: where a check fails, and where the connection is lost. What passed is written to `/etc`, and the timer is disarmed last. A second run changes nothing.',
    `## Variables of the role ${ROLE}`,
    [
      '| variable | default | what it is |',
      '|---|---|---|',
      ...ROLE_OPTIONS.map(
        (one) => `| \`${one.name}\` | \`${JSON.stringify(one.default)}\` | ${one.description} |`,
      ),
    ].join('\n'),
    ...list(
      'Accounts that are made:',
      plannedAccounts(plan).map((one) => one.name),
    ),
    ...list('Files that change hands:', plannedOwners(plan).map(ownerWords)),
    ...list('Without hardenctl these checks of the plan are not asked:', unasked),
    '## Undo',
    `Where hardenctl applied it: \`hardenctl undo\` and the name of the service. Elsewhere remove the file \`zz-hardenctl-ansible.conf\` in the folder of its drop-ins below \`/etc/systemd/system\`, and restart it.`,
  ].join('\n\n')}\n`
}

export function changelog({ hardenctl, at, unit }: Plan): string {
  return `# Changelog\n\n${markdownText(`${at.slice(0, 10)}: plan of ${unit} by hardenctl ${hardenctl}.`)}\n`
}
