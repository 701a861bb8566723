import { REASON } from './common-tasks.ts'

/** tasks/try.yml */
export const TRY_TASKS = String.raw`---
- name: Look for the accounts
  ansible.builtin.getent:
    database: passwd
    key: "{{ item }}"
    fail_key: false
  loop: "{{ __harden_accounts }}"
  register: __harden_known

- name: Make the groups of accounts that are missing
  ansible.builtin.group:
    name: "{{ item.item }}"
    system: true
  loop: "{{ __harden_known.results }}"
  loop_control:
    label: "{{ item.item }}"
  when: item.ansible_facts.getent_passwd[item.item] is none

- name: Make accounts that are missing
  ansible.builtin.user:
    name: "{{ item.item }}"
    group: "{{ item.item }}"
    system: true
    create_home: false
    home: /nonexistent
    shell: /usr/sbin/nologin
  loop: "{{ __harden_known.results }}"
  loop_control:
    label: "{{ item.item }}"
  when: item.ansible_facts.getent_passwd[item.item] is none

- name: Write down who owns the files, for each boot
  ansible.builtin.template:
    src: tmpfiles.conf.j2
    dest: "{{ __harden_tmpfiles }}"
    owner: root
    group: root
    mode: "0644"
  when: __harden_owners | length > 0

- name: Give the files to the account
  ansible.builtin.file:
    path: "{{ item.path }}"
    owner: "{{ item.user }}"
    group: "{{ item.group | default(omit, true) }}"
    mode: "{{ item.mode | default(omit, true) }}"
    follow: false
  loop: "{{ __harden_owners }}"
  loop_control:
    label: "{{ item.path }}"
  when: item.path in __harden_found.stdout_lines | map('regex_replace', '^\d+ \d+ \d+ ', '')

- name: Make the folder of the drop-in
  ansible.builtin.file:
    path: "{{ __harden_trial | dirname }}"
    state: directory
    owner: root
    group: root
    mode: "0755"

- name: Write the drop-in where a boot forgets it
  ansible.builtin.template:
    src: drop-in.conf.j2
    dest: "{{ __harden_trial }}"
    owner: root
    group: root
    mode: "0644"
  diff: false

- name: Restart the service
  ansible.builtin.systemd_service:
    name: "{{ __harden_unit }}"
    state: restarted
    daemon_reload: true

- name: Look at the service in its new life
  ansible.builtin.systemd_service:
    name: "{{ __harden_unit }}"
    state: started
  check_mode: true
  register: __harden_tried
  changed_when: false
  failed_when: >-
    __harden_tried.status.ActiveState != "active"
    or __harden_trial not in __harden_tried.status.DropInPaths | default('') | split
`

/** tasks/check.yml */
export const CHECK_TASKS = `---
- name: Ask by HTTP
  ansible.builtin.uri:
    url: "{{ item.url }}"
    status_code: "{{ item.status }}"
    follow_redirects: none
    validate_certs: false
    timeout: 5
  loop: "{{ __harden_urls }}"
  loop_control:
    label: "{{ item.url }}"
  register: __harden_answer
  until: __harden_answer is success
  retries: 3
  delay: 1

- name: Connect to ports
  ansible.builtin.wait_for:
    host: "{{ item.host }}"
    port: "{{ item.port }}"
    timeout: 5
  loop: "{{ __harden_ports }}"
  loop_control:
    label: "{{ item.host }} port {{ item.port }}"

- name: Connect to sockets
  ansible.builtin.command:
    argv:
      - "{{ ansible_python_interpreter | default(ansible_facts.discovered_interpreter_python) | default('/usr/bin/python3') }}"
      - -c
      - import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])
      - "{{ item }}"
  loop: "{{ __harden_sockets }}"
  changed_when: false
  register: __harden_answer
  until: __harden_answer is success
  retries: 3
  delay: 1

- name: Run the commands of the plan
  ansible.builtin.command:
    argv: "{{ item.argv }}"
  loop: "{{ __harden_commands }}"
  loop_control:
    label: a command, which may hold a password
  changed_when: false
  register: __harden_answer
  failed_when: __harden_answer.rc != item.exit
  until: __harden_answer is success
  retries: 3
  delay: 1
`

/** tasks/keep.yml: the timer is disarmed last, and until then undoes all of it. */
export const KEEP_TASKS = `---
- name: Make the folder of the kept drop-in
  ansible.builtin.file:
    path: "{{ __harden_kept | dirname }}"
    state: directory
    owner: root
    group: root
    mode: "0755"

- name: Write the drop-in
  ansible.builtin.template:
    src: drop-in.conf.j2
    dest: "{{ __harden_kept }}"
    owner: root
    group: root
    mode: "0644"

- name: Remove the drop-in of the trial
  ansible.builtin.file:
    path: "{{ __harden_trial }}"
    state: absent

- name: Look at the service for the last time
  ansible.builtin.systemd_service:
    name: "{{ __harden_unit }}"
    state: started
    daemon_reload: true
  register: __harden_last
  changed_when: false

- name: Require that it lived through it, with the drop-in in force
  ansible.builtin.assert:
    that:
      - __harden_last.status.ActiveState == "active"
      - __harden_last.status.InvocationID == __harden_tried.status.InvocationID
      - __harden_last.status.NRestarts == __harden_tried.status.NRestarts
      - __harden_kept in __harden_last.status.DropInPaths | split
    fail_msg: "{{ __harden_unit }} was started again in the meantime, or does not have the drop-in"
    quiet: true

- name: Disarm the timer
  ansible.builtin.systemd_service:
    name: "{{ __harden_undo }}.timer"
    state: stopped

- name: Look whether the timer was faster
  ansible.builtin.stat:
    path: "/etc/systemd/system/{{ __harden_undo }}.service"
  register: __harden_armed
  failed_when: not __harden_armed.stat.exists
`

/** tasks/roll_back.yml */
export const ROLL_BACK_TASKS = `---
- name: Note why, and that the undo is not proven yet
  ansible.builtin.set_fact:
    __harden_outcome: needs a person
    __harden_why: >-
      ${REASON}

- name: Undo it
  ansible.builtin.systemd_service:
    name: "{{ __harden_undo }}.service"
    state: started
  failed_when: false

- name: Disarm the timer
  ansible.builtin.systemd_service:
    name: "{{ __harden_undo }}.timer"
    state: stopped
  failed_when: false

- name: Wait for the service
  ansible.builtin.systemd_service:
    name: "{{ __harden_unit }}"
    state: started
  check_mode: true
  changed_when: false
  register: __harden_undone
  until: >-
    __harden_undone.status.ActiveState == "active" and __harden_trial not in __harden_undone.status.DropInPaths | default('') | split
  retries: 30
  delay: 1

- name: Ask the service after the undo
  ansible.builtin.include_tasks: check.yml

- name: Note that the undo is proven
  ansible.builtin.set_fact:
    __harden_outcome: rolled back

- name: Fail on this host
  ansible.builtin.fail:
    msg: "{{ __harden_why }}"
`
