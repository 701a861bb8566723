import { planText } from '../../plan/plan-text.ts'
import type { Plan } from '../../plan/schema.ts'
import { HANDLERS, INSTALL_TASKS, LOOK_TASKS, MAIN_TASKS, REPORT_TASKS } from './common-tasks.ts'
import { dropInTemplate } from './drop-in-template.ts'
import { HARDENCTL_TASKS } from './hardenctl-tasks.ts'
import {
  ARGUMENT_SPECS_YAML,
  DEFAULTS_YAML,
  galaxyYaml,
  playbookYaml,
  RUNTIME_YAML,
  roleMetaYaml,
} from './metadata.ts'
import { ROLE } from './names.ts'
import { roleVariables } from './planned-values.ts'
import { changelog, readme } from './readme.ts'
import { OWNERS_TEMPLATE, REPORT_TEMPLATE, TMPFILES_TEMPLATE, UNDO_TEMPLATE } from './role-templates.ts'
import { ARM_TASKS, TIMER_TASKS, TRIAL_TASKS } from './timer-tasks.ts'
import { CHECK_TASKS, KEEP_TASKS, ROLL_BACK_TASKS, TRY_TASKS } from './trial-tasks.ts'
import { yamlText } from './yaml-text.ts'

/** Text by path below the collection's folder. */
export type Files = Readonly<Record<string, string>>

function roleFiles(plan: Plan): Files {
  return {
    'meta/main.yml': roleMetaYaml(plan),
    'meta/argument_specs.yml': ARGUMENT_SPECS_YAML,
    'defaults/main.yml': DEFAULTS_YAML,
    'vars/main.yml': yamlText(roleVariables(plan)),
    'handlers/main.yml': HANDLERS,
    'files/plan.json': planText(plan),
    'tasks/main.yml': MAIN_TASKS,
    'tasks/look.yml': LOOK_TASKS,
    'tasks/install.yml': INSTALL_TASKS,
    'tasks/hardenctl.yml': HARDENCTL_TASKS,
    'tasks/timer.yml': TIMER_TASKS,
    'tasks/trial.yml': TRIAL_TASKS,
    'tasks/arm.yml': ARM_TASKS,
    'tasks/try.yml': TRY_TASKS,
    'tasks/check.yml': CHECK_TASKS,
    'tasks/keep.yml': KEEP_TASKS,
    'tasks/roll_back.yml': ROLL_BACK_TASKS,
    'tasks/report.yml': REPORT_TASKS,
    'templates/drop-in.conf.j2': dropInTemplate(plan),
    'templates/undo.service.j2': UNDO_TEMPLATE,
    'templates/owners.conf.j2': OWNERS_TEMPLATE,
    'templates/tmpfiles.conf.j2': TMPFILES_TEMPLATE,
    'templates/report.md.j2': REPORT_TEMPLATE,
  }
}

/**
 * A collection of Ansible with one role that applies the plan. Values of the plan, which anybody may have written, are
 * in the variables and the drop-in of the role, in metadata and in Markdown, each quoted for its place; tasks and other
 * templates are the same for each plan. Pure.
 */
export function ansibleCollection(plan: Plan): Files {
  const role = Object.entries(roleFiles(plan)).map(([path, text]) => [`roles/${ROLE}/${path}`, text])
  return {
    'galaxy.yml': galaxyYaml(plan),
    'README.md': readme(plan),
    'CHANGELOG.md': changelog(plan),
    'meta/runtime.yml': RUNTIME_YAML,
    'playbooks/roll_out.yml': playbookYaml(plan),
    ...Object.fromEntries(role),
  }
}
