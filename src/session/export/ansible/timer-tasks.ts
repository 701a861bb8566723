/** tasks/timer.yml: without hardenctl, whether the plan may be tried here, and whether it is due. */
export const TIMER_TASKS = String.raw`---
- name: Require the kind of processor that the plan was made on
  ansible.builtin.assert:
    that: ansible_facts.architecture in __harden_architectures
    fail_msg: "The plan was made on {{ __harden_architectures | join(', ') }}: system calls differ"
    quiet: true

- name: Read the files of the unit
  ansible.builtin.slurp:
    src: "{{ item }}"
  loop: >-
    {{ ([__harden_service.status.FragmentPath] + __harden_service.status.DropInPaths | default('') | split)
    | reject('search', '/zz-hardenctl[^/]*\.conf$') | list }}
  register: __harden_files

- name: Require the files of the unit that the plan was made for
  ansible.builtin.assert:
    that: __harden_text | hash('sha256') in __harden_unit_files
    fail_msg: "The files of {{ __harden_unit }} are other here than where the plan was made"
    quiet: true
  vars:
    __harden_text: >-
      {% for one in __harden_files.results %}{% set text = one.content | b64decode %}{{
      one.item ~ __harden_nul ~ text | length ~ __harden_nul ~ text }}{% endfor %}

- name: Compare the drop-in with the plan
  ansible.builtin.template:
    src: drop-in.conf.j2
    dest: "{{ __harden_kept }}"
    owner: root
    group: root
    mode: "0644"
  check_mode: true
  diff: "{{ ansible_check_mode }}"
  register: __harden_compared

- name: Note whether the plan is in force
  ansible.builtin.set_fact:
    __harden_outcome: "{{ 'to be changed' if __harden_compared.changed else 'in force' }}"
  when: ansible_check_mode or not __harden_compared.changed

- name: Try the drop-in
  ansible.builtin.include_tasks: trial.yml
  when: __harden_compared.changed and not ansible_check_mode
`

/** tasks/trial.yml: the trial behind a timer of PID 1, which undoes it should nobody disarm it. */
export const TRIAL_TASKS = `---
- name: Require that no earlier trial is open
  ansible.builtin.command:
    argv: [systemctl, status, "{{ __harden_undo }}.timer"]
  changed_when: false
  register: __harden_earlier
  failed_when: __harden_earlier.rc == 0

- name: Ask the service before the change
  ansible.builtin.include_tasks: check.yml

- name: Try it
  block:
    - name: Arm the timer
      ansible.builtin.include_tasks: arm.yml

    - name: Bring it in force until the next boot
      ansible.builtin.include_tasks: try.yml

    - name: Ask the service after the change
      ansible.builtin.include_tasks: check.yml

    - name: Watch the service
      ansible.builtin.wait_for:
        timeout: "{{ harden_seconds_to_watch }}"

    - name: Ask the service again
      ansible.builtin.include_tasks: check.yml

    - name: Keep what passed
      ansible.builtin.include_tasks: keep.yml
  rescue:
    - name: Roll back
      ansible.builtin.include_tasks: roll_back.yml

- name: Remove what undoes the trial
  ansible.builtin.file:
    path: "{{ item }}"
    state: absent
  loop:
    - "/etc/systemd/system/multi-user.target.wants/{{ __harden_undo }}.service"
    - "/etc/systemd/system/{{ __harden_undo }}.service"
    - "{{ __harden_folder }}"
  notify: Read the unit files again

- name: Note that it is kept
  ansible.builtin.set_fact:
    __harden_outcome: kept
`

/** tasks/arm.yml */
export const ARM_TASKS = `---
- name: Make a folder for what is undone
  ansible.builtin.file:
    path: "{{ __harden_folder }}"
    state: directory
    owner: root
    group: root
    mode: "0700"

- name: Look for files of an earlier run
  ansible.builtin.stat:
    path: "{{ item }}"
  loop: ["{{ __harden_kept }}", "{{ __harden_tmpfiles }}"]
  register: __harden_before

- name: Set files of an earlier run aside
  ansible.builtin.copy:
    src: "{{ item.item }}"
    dest: "{{ __harden_folder }}/{{ item.item | basename }}"
    remote_src: true
    owner: root
    group: root
    mode: "0644"
  loop: "{{ __harden_before.results }}"
  loop_control:
    label: "{{ item.item }}"
  when: item.stat.exists

- name: Read the owners of files that change hands
  ansible.builtin.command:
    argv: "{{ ['stat', '--format=%a %u %g %n', '--'] + (__harden_owners | map(attribute='path') | list) }}"
  changed_when: false
  failed_when: __harden_found.rc not in [0, 1]
  register: __harden_found
  when: __harden_owners | length > 0

- name: Write down the owners as found
  ansible.builtin.template:
    src: owners.conf.j2
    dest: "{{ __harden_folder }}/owners.conf"
    owner: root
    group: root
    mode: "0600"
  when: __harden_owners | length > 0

- name: Write the service that undoes the trial
  ansible.builtin.template:
    src: undo.service.j2
    dest: "/etc/systemd/system/{{ __harden_undo }}.service"
    owner: root
    group: root
    mode: "0644"

- name: Have it undone at boot too
  ansible.builtin.systemd_service:
    name: "{{ __harden_undo }}.service"
    enabled: true
    daemon_reload: true

- name: Have systemd undo it in time
  ansible.builtin.command:
    argv:
      - systemd-run
      - "--on-active={{ harden_seconds_to_undo | int }}"
      - --timer-property=AccuracySec=1s
      - --timer-property=RemainAfterElapse=no
      - "--unit={{ __harden_undo }}.service"
  changed_when: true
`
