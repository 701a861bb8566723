/** Why the last task failed: of a loop, its first item that did. */
export const REASON = `{{ ansible_failed_task.name }}: {{ ansible_failed_result.results | default([ansible_failed_result])
          | selectattr('failed', 'defined') | selectattr('failed') | map(attribute='msg', default='it failed') | first
          | default('it failed') }}`

/** tasks/main.yml */
export const MAIN_TASKS = `---
- name: Note that this host has begun
  ansible.builtin.set_fact:
    __harden_outcome: begun
    __harden_why: ""

- name: Harden the service
  environment: &environment
    PATH: /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    LC_ALL: C.UTF-8
  block:
    - name: Look at the host
      ansible.builtin.include_tasks: look.yml

    - name: Install hardenctl
      ansible.builtin.include_tasks: install.yml
      when: __harden_version.rc != 0 and harden_deb | length > 0

    - name: Let hardenctl prove and apply the plan
      ansible.builtin.include_tasks: hardenctl.yml
      when: __harden_version.rc == 0

    - name: Apply the plan behind a timer
      ansible.builtin.include_tasks: timer.yml
      when: __harden_version.rc != 0
  rescue:
    - name: Note why it is not kept
      ansible.builtin.set_fact:
        __harden_outcome: "{{ 'refused' if __harden_outcome == 'begun' else __harden_outcome }}"
        __harden_why: "{{ __harden_why | default(__harden_reason, true) }}"
      vars:
        __harden_reason: >-
          ${REASON}

- name: Read the unit files again where that is due
  ansible.builtin.meta: flush_handlers

- name: Report
  environment: *environment
  block:
    - name: Report the outcome
      ansible.builtin.include_tasks: report.yml
`

/** tasks/look.yml */
export const LOOK_TASKS = `---
- name: Require the word for commands of the plan that run as an account
  ansible.builtin.assert:
    that: __harden_named_accounts | difference([harden_exercise_as]) | length == 0
    fail_msg: >-
      The plan runs commands as {{ __harden_named_accounts | join(', ') }}; they run so only with harden_exercise_as
    quiet: true

- name: Read the architecture and the version of systemd
  ansible.builtin.setup:
    gather_subset: ["!all", "!min", platform, systemd]

- name: Require that the service runs
  ansible.builtin.systemd_service:
    name: "{{ __harden_unit }}"
    state: started
  check_mode: true
  changed_when: false
  register: __harden_service
  failed_when: __harden_service is failed or __harden_service.status.ActiveState != "active"

- name: Measure the exposure before
  ansible.builtin.command:
    argv: [systemd-analyze, security, --no-pager, "{{ __harden_unit }}"]
  check_mode: false
  changed_when: false
  failed_when: false
  register: __harden_measured_before

- name: Look for hardenctl
  ansible.builtin.command:
    argv: [hardenctl, --version]
  check_mode: false
  changed_when: false
  failed_when: false
  register: __harden_version
`

/** tasks/install.yml */
export const INSTALL_TASKS = `---
- name: Copy the package of hardenctl to the host
  ansible.builtin.copy:
    src: "{{ harden_deb }}"
    dest: /var/cache/hardenctl.deb
    owner: root
    group: root
    mode: "0644"

- name: Install the package
  ansible.builtin.apt:
    deb: /var/cache/hardenctl.deb
  when: not ansible_check_mode

- name: Look for hardenctl again
  ansible.builtin.command:
    argv: [hardenctl, --version]
  changed_when: false
  failed_when: __harden_version.rc != 0 and not ansible_check_mode
  check_mode: false
  register: __harden_version
`

/** tasks/report.yml */
export const REPORT_TASKS = String.raw`---
- name: Measure the exposure after
  ansible.builtin.command:
    argv: [systemd-analyze, security, --no-pager, "{{ __harden_unit }}"]
  check_mode: false
  changed_when: false
  failed_when: false
  register: __harden_measured_after

- name: Put the outcome together
  ansible.builtin.set_fact:
    __harden_row:
      exposures: "{{ __harden_measured | map('regex_search', 'exposure level.*: ([0-9.]+)', '\\1') | map('default', ['?'], true) | map('first') }}"
      outcome: >-
        {{ __harden_outcome }}{{ '' if __harden_outcome in ['in force', 'refused', 'to be changed']
        else ' by hardenctl' if __harden_version.rc | default(1) == 0 else ' by Ansible' }}
      why: "{{ __harden_why }}"
  vars:
    __harden_measured:
      - "{{ __harden_measured_before.stdout | default('') }}"
      - "{{ __harden_measured_after.stdout | default('') }}"

- name: Tell the outcome
  ansible.builtin.debug:
    msg: >-
      {{ __harden_unit }}: exposure {{ __harden_row.exposures | join(' → ') }}, {{ __harden_row.outcome }}{{
      ': ' ~ __harden_why if __harden_why | length > 0 else '' }}

- name: Write the report
  ansible.builtin.template:
    src: report.md.j2
    dest: "{{ harden_report }}"
    mode: "0644"
  delegate_to: localhost
  become: false
  run_once: true
  changed_when: false
  when: harden_report | length > 0

- name: Fail where the plan is not in force
  ansible.builtin.fail:
    msg: "{{ __harden_unit }} {{ __harden_row.outcome }}: {{ __harden_why }}"
  when: __harden_outcome not in ["kept", "in force", "to be changed"]

- name: Stop the roll-out where a host was lost in the midst
  ansible.builtin.meta: end_play
  when: >-
    ansible_play_hosts_all | map('extract', hostvars) | selectattr('__harden_outcome', 'defined')
    | selectattr('__harden_outcome', 'equalto', 'begun') | list | length > 0
`

/** handlers/main.yml */
export const HANDLERS = `---
- name: Read the unit files again
  ansible.builtin.systemd_service:
    daemon_reload: true
`
