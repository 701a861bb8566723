import { describe, expect, it } from 'vitest'
import { type DocumentOptions, type ParseOptions, parse, type SchemaOptions } from 'yaml'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { ansibleCollection } from '../../../../src/session/export/ansible/collection.ts'
import { dropInTemplate } from '../../../../src/session/export/ansible/drop-in-template.ts'
import { collectionName, placesOnHost } from '../../../../src/session/export/ansible/names.ts'
import {
  askedByAnsible,
  notAskedByAnsible,
  roleVariables,
} from '../../../../src/session/export/ansible/planned-values.ts'
import { yamlText } from '../../../../src/session/export/ansible/yaml-text.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import type { Plan, PlannedDirective } from '../../../../src/session/plan/schema.ts'
import { planned } from '../plan/planned.ts'

const plan = planOf(planned())

/** The plan with rows in the place of those of its one stage. */
function withRows(...rows: Partial<PlannedDirective>[]): Plan {
  const stages = plan.stages.map((stage) => {
    const [first] = stage.directives
    return first === undefined ? stage : { ...stage, directives: rows.map((row) => ({ ...first, ...row })) }
  })
  return { ...plan, stages }
}

function withChecks(...checks: [string | null, string, 'check' | 'exercise'][]): Plan {
  return {
    ...plan,
    checks: checks.map(([text, answer, kind]) => ({
      kind,
      given: true,
      text,
      label: text ?? 'a talk',
      answer,
    })),
  }
}

const HOSTILE = [
  '{{ lookup("pipe", "id") }}',
  '{% if true %}x{% endif %}',
  '{# a comment #}',
  '": {a: b}',
  '- list\n- item: x',
  '!!python/object/apply:os.system ["id"]',
  '&anchor *alias',
  'yes',
  '0o17',
  '1:30',
  '~',
  '',
  'tab\tDEL\u007f NEL\u0085 LS\u2028 BOM\ufeff ESC\u001b',
  '😀 é',
  'it\'s \\ "quoted" #not a comment',
  '%YAML 1.1\n---\nx: y',
]

describe('YAML for Ansible', () => {
  it.each(HOSTILE)('holds %j as it is, as one text', (text) => {
    const written = yamlText({ first: [text, { inner: text }], last: 1 })
    const options = {
      version: '1.1',
      customTags: [{ tag: '!unsafe', resolve: (one: string) => one }],
    } satisfies ParseOptions & DocumentOptions & SchemaOptions
    expect(parse(written, options)).toEqual({ first: [text, { inner: text }], last: 1 })
    expect(written).toMatch(/^[\n -~]*$/)
    for (const line of written.split('\n').filter((one) => one.includes('{')))
      expect(line).toContain('!unsafe "')
  })

  it('replaces half a character, which no file can hold', () => {
    expect(yamlText({ half: '\ud800' })).toContain('half: "\\U0000fffd"')
  })
})

describe('the drop-in as a template', () => {
  it('leaves out what an older systemd does not know', () => {
    const text = dropInTemplate(
      withRows({ directive: 'LockPersonality' }, { assignments: [service('PrivateIPC', 'yes')] }),
    )
    expect(text).toMatch(
      /\n\[Service\]\n# Stage 4[^{]*\{% if ansible_facts\.systemd\.version \| int >= 242 %\}|\n\[Service\]\n/,
    )
    expect(text).toMatch(
      /\{% if ansible_facts\.systemd\.version \| int >= 248 %\}\n(#.*\n)+PrivateIPC=yes\n\{% endif %\}/,
    )
  })

  it('keeps the header of a section outside', () => {
    const text = dropInTemplate(withRows({ assignments: [service('PrivateIPC', 'yes')] }))
    expect(text).toMatch(/\n\[Service\]\n\{% if /)
  })

  it('reads nothing of a value as a template', () => {
    const value = '+/bin/x {{ a }} {% raw %} {% endraw %} {# #}'
    const text = dropInTemplate(
      withRows({
        assignments: [service('ExecStartPre', value)],
        evidence: [{ kind: 'seen', text: 'It said {{ b }}.', trial: null }],
      }),
    )
    const literal = (one: string) => one.replaceAll('{', "{{ '{' }}")
    expect(text).toContain(`\nExecStartPre=${literal(value)}\n`)
    expect(text).toContain(literal('It said {{ b }}.'))
  })
})

describe('values of the role', () => {
  it('are what modules of Ansible can ask', () => {
    const asked = withChecks(
      ['http://127.0.0.1/', '403', 'check'],
      ['https://[::1]:8443/x', '200', 'check'],
      ['tcp:[::1]:80', 'connected', 'check'],
      ['unix:/run/{{x}}', 'connected', 'check'],
      ["as=app exit=3 /usr/bin/use 'two words'", 'exit 3', 'exercise'],
      ['/usr/bin/use', 'exit 0', 'exercise'],
    )
    const nobody = [
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '--no-new-privs',
      '--inh-caps=-all',
      '--',
    ]
    expect(askedByAnsible(asked)).toEqual({
      urls: [
        { url: 'http://127.0.0.1/', status: 403 },
        { url: 'https://[::1]:8443/x', status: 200 },
      ],
      ports: [{ host: '::1', port: 80 }],
      sockets: ['/run/{{x}}'],
      commands: [
        { argv: ['runuser', '--user', 'app', '--', '/usr/bin/use', 'two words'], exit: 3 },
        { argv: [...nobody, '/usr/bin/use'], exit: 0 },
      ],
    })
    expect(notAskedByAnsible(asked)).toEqual([])
  })

  it('leave out checks that did not pass, and conversations', () => {
    const asked = withChecks(
      [null, 'answers', 'check'],
      ['tcp:127.0.0.1:80', 'ECONNREFUSED', 'check'],
      ['/bin/x', 'exit 1', 'exercise'],
    )
    expect(askedByAnsible(asked)).toEqual({ urls: [], ports: [], sockets: [], commands: [] })
    expect(notAskedByAnsible(asked)).toHaveLength(3)
  })

  it('give a folder away after what is in it, and name files for tmpfiles.d', () => {
    const owner = (path: string, more = {}) => ({
      path,
      user: 'web',
      group: null,
      mode: null,
      why: '',
      ...more,
    })
    const owners = [owner('/srv/web'), owner('/srv/web/*{a} %h "\\', { group: 'adm', mode: 0o640 })]
    const { __harden_owners: found } = roleVariables(withRows({ owners }))
    expect(found).toEqual([
      {
        path: '/srv/web/*{a} %h "\\',
        user: 'web',
        group: 'adm',
        mode: '0640',
        word: '"/srv/web/\\\\*\\\\{a\\\\} %%h \\"\\\\\\\\"',
        line: 'z "/srv/web/\\\\*\\\\{a\\\\} %%h \\"\\\\\\\\" 0640 web adm',
      },
      {
        path: '/srv/web',
        user: 'web',
        group: null,
        mode: null,
        word: '"/srv/web"',
        line: 'z "/srv/web" - web -',
      },
    ])
  })

  it('take a plan that was made on several machines', () => {
    const other = { ...plan.made_on, unit_files: 'b'.repeat(64), architecture: 'aarch64' }
    expect(roleVariables({ ...plan, also_made_on: [other, plan.made_on] })).toMatchObject({
      __harden_architectures: ['x86_64', 'aarch64'],
      __harden_unit_files: ['a'.repeat(64), 'b'.repeat(64)],
    })
  })
})

describe('a collection', () => {
  it.each([
    ['nginx.service', 'nginx_service'],
    ['php8.2-fpm.service', 'php8_2_fpm_service'],
    ['foo@bar\\x2dbaz.service', 'foo_bar_x2dbaz_service'],
    ['7days.service', 'unit_7days_service'],
    ['_.service', 'service'],
    [`${'a'.repeat(80)}.service`, 'a'.repeat(64)],
  ])('of %s is named %s', (unit, name) => {
    expect(collectionName(unit)).toBe(name)
  })

  it('has values of a plan where they are quoted, and nowhere else', () => {
    const hostile = {
      ...withRows({
        evidence: HOSTILE.map((text) => ({ kind: 'seen' as const, text, trial: null })),
        owners: [{ path: '/{{ a }}', user: 'web', group: null, mode: null, why: '' }],
      }),
      unit: 'other@{x}.service'.replace(/[{}]/g, ''),
      hardenctl: '{{ a }}',
      description: '{{ a }}',
    }
    const [one, other] = [ansibleCollection(plan), ansibleCollection(hostile)]
    const differing = Object.keys(one).filter((path) => one[path] !== other[path])
    expect(Object.keys(other)).toEqual(Object.keys(one))
    expect(differing).toEqual([
      'galaxy.yml',
      'README.md',
      'CHANGELOG.md',
      'playbooks/roll_out.yml',
      'roles/harden/meta/main.yml',
      'roles/harden/vars/main.yml',
      'roles/harden/files/plan.json',
      'roles/harden/templates/drop-in.conf.j2',
    ])
  })

  it('puts its drop-in where hardenctl counts it as its own', () => {
    expect(placesOnHost('web.service').kept).toBe(
      '/etc/systemd/system/web.service.d/zz-hardenctl-ansible.conf',
    )
    expect(placesOnHost('web.service').trial).toBe(
      '/run/systemd/system.control/web.service.d/zz-hardenctl-ansible.conf',
    )
  })
})
