import type { Plan } from '../../plan/schema.ts'
import { collectionName, NAMESPACE, ROLE } from './names.ts'
import { yamlText } from './yaml-text.ts'

const OLDEST_ANSIBLE = '2.17'

/** A version of semver.org that grows with the time of the plan. */
function versionOf({ at }: Plan): string {
  const [date = '', time = ''] = at.split('T')
  return `1.${date.replaceAll('-', '')}.${Number(time.slice(0, 8).replaceAll(':', ''))}`
}

export function galaxyYaml(plan: Plan): string {
  return yamlText({
    namespace: NAMESPACE,
    name: collectionName(plan.unit),
    version: versionOf(plan),
    readme: 'README.md',
    authors: ['hardenctl'],
    description: `Hardening of ${plan.unit}`,
    license: ['MIT'],
    tags: ['linux', 'security', 'systemd'],
    dependencies: {},
    repository: 'https://example.org/your/repository',
    build_ignore: [],
  })
}

export const RUNTIME_YAML = yamlText({ requires_ansible: `>=${OLDEST_ANSIBLE}.0` })

export function roleMetaYaml({ unit }: Plan): string {
  return yamlText({
    galaxy_info: {
      author: 'hardenctl',
      description: `Hardening of ${unit}, tried behind a timer that undoes it`,
      license: 'MIT',
      min_ansible_version: OLDEST_ANSIBLE,
      platforms: [
        { name: 'Debian', versions: ['all'] },
        { name: 'EL', versions: ['all'] },
        { name: 'Ubuntu', versions: ['all'] },
      ],
      galaxy_tags: ['linux', 'security', 'systemd'],
    },
    dependencies: [],
  })
}

/** A variable that a person may set. */
interface RoleOption {
  name: string
  type: 'str' | 'path' | 'int'
  default: string | number
  description: string
}

export const ROLE_OPTIONS: readonly RoleOption[] = [
  {
    name: 'harden_deb',
    type: 'path',
    default: '',
    description:
      "Path of hardenctl's Debian package on this machine; it is installed where hardenctl is missing.",
  },
  {
    name: 'harden_exercise_as',
    type: 'str',
    default: '',
    description: 'Account that commands of the plan may run as, for a plan that names one.',
  },
  {
    name: 'harden_report',
    type: 'path',
    default: '',
    description: 'Path of a report on this machine: each host, before, after, the outcome and why.',
  },
  {
    name: 'harden_seconds_to_apply',
    type: 'int',
    default: 3600,
    description: 'Seconds that hardenctl may take on a host to prove and apply the plan.',
  },
  {
    name: 'harden_seconds_to_undo',
    type: 'int',
    default: 300,
    description: 'Seconds after which systemd undoes a trial that nobody disarmed.',
  },
  {
    name: 'harden_seconds_to_watch',
    type: 'int',
    default: 10,
    description: 'Seconds to watch the service under trial, without hardenctl.',
  },
]

export const ARGUMENT_SPECS_YAML = yamlText({
  argument_specs: {
    main: {
      short_description: 'Harden a service by a plan',
      description: [
        'Applies the plan of hardenctl that is in this role, and keeps it only if the service bears it.',
      ],
      options: Object.fromEntries(ROLE_OPTIONS.map(({ name, ...option }) => [name, option])),
    },
  },
})

export const DEFAULTS_YAML = yamlText(Object.fromEntries(ROLE_OPTIONS.map((one) => [one.name, one.default])))

/** playbooks/roll_out.yml */
export function playbookYaml({ unit }: Plan): string {
  return `---
- name: Harden the service on one host, then on more
  hosts: "{{ harden_hosts | default('all') }}"
  become: true
  gather_facts: false
  serial: "{{ harden_serial | default([1, '10%', '100%']) }}"
  max_fail_percentage: 0
  roles:
    - role: ${NAMESPACE}.${collectionName(unit)}.${ROLE}
`
}
