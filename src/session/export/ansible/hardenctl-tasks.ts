/** tasks/hardenctl.yml: hardenctl proves the plan in a clone of the host, and then applies it. */
export const HARDENCTL_TASKS = `---
- name: Make a folder for the plan
  ansible.builtin.tempfile:
    state: directory
    prefix: hardenctl-
  check_mode: false
  changed_when: false
  register: __harden_temporary

- name: Hand the plan over and apply it
  block:
    - name: Copy the plan to the host
      ansible.builtin.copy:
        src: plan.json
        dest: "{{ __harden_temporary.path }}/plan.json"
        owner: root
        group: root
        mode: "0600"
      check_mode: false
      changed_when: false
      diff: false

    - name: Compare the plan with the host
      ansible.builtin.command:
        argv: [hardenctl, apply, "{{ __harden_temporary.path }}/plan.json", --dry-run, --json]
      check_mode: false
      changed_when: false
      failed_when: false
      register: __harden_compared

    - name: Require that the plan fits this host
      ansible.builtin.assert:
        that: __harden_compared.rc == 0
        fail_msg: "{{ __harden_compared.stderr_lines | last | default(__harden_compared.msg, true) }}"
        quiet: true

    - name: Note what is not in force
      ansible.builtin.set_fact:
        __harden_open: >-
          {{ __harden_compared.stdout_lines | map('from_json') | selectattr('event', 'equalto', 'difference')
          | map(attribute='settings') | flatten | rejectattr('in_force') | list }}

    - name: Tell what would change
      ansible.builtin.debug:
        msg: "{{ item.directive }}: {{ item.here }} → {{ item.planned }}"
      loop: "{{ __harden_open }}"
      loop_control:
        label: "{{ item.directive }}"
      changed_when: true
      when: ansible_check_mode

    - name: Apply the plan
      ansible.builtin.command:
        argv: >-
          {{ ['hardenctl', 'apply', __harden_temporary.path ~ '/plan.json', '--yes', '--once']
          + (['--exercise-as', harden_exercise_as] if __harden_named_accounts | length > 0 else []) }}
      async: "{{ harden_seconds_to_apply }}"
      poll: 3
      changed_when: __harden_applied.rc | default(0) in [0, 3]
      failed_when: false
      register: __harden_applied
      when: __harden_open | length > 0 and not ansible_check_mode

    - name: Note what hardenctl came to
      ansible.builtin.set_fact:
        __harden_outcome: "{{ __harden_ends[__harden_applied.rc | default('none') | string] | default('unknown') }}"
        __harden_why: "{{ __harden_applied.stderr_lines | default([]) | last | default(__harden_applied.msg | default(''), true) }}"
      vars:
        __harden_ends:
          "0": kept
          "1": not kept
          "3": kept in part
          "4": needs a person
          "130": interrupted
      when: __harden_open | length > 0 and not ansible_check_mode

    - name: Note that there is nothing to apply
      ansible.builtin.set_fact:
        __harden_outcome: "{{ 'in force' if __harden_open | length == 0 else 'to be changed' }}"
      when: __harden_open | length == 0 or ansible_check_mode
  always:
    - name: Remove the folder of the plan
      ansible.builtin.file:
        path: "{{ __harden_temporary.path }}"
        state: absent
      check_mode: false
      changed_when: false
      diff: false
`
