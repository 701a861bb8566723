/** templates/undo.service.j2 */
export const UNDO_TEMPLATE = String.raw`# Made by Ansible for the time of one trial; it removes itself.
{% macro word(text) %}"{{ text | replace('\\', '\\\\') | replace('"', '\\"') | replace('%', '%%') | replace('$', '$$') }}"{% endmacro %}
[Unit]
Description=Undo the unfinished trial of {{ __harden_unit | replace('%', '%%') }}
Before={{ __harden_unit }}

[Service]
Type=oneshot
ExecStart=-rm -f {{ word(__harden_trial) }}
{% for one in __harden_before.results %}
{% if one.stat.exists %}
ExecStart=-cp -f {{ word(__harden_folder ~ '/' ~ one.item | basename) }} {{ word(one.item) }}
{% else %}
ExecStart=-rm -f {{ word(one.item) }}
{% endif %}
{% endfor %}
{% if __harden_owners | length > 0 %}
ExecStart=-systemd-tmpfiles --create {{ word(__harden_folder ~ '/owners.conf') }}
{% endif %}
ExecStart=-systemctl daemon-reload
ExecStart=-systemctl reset-failed {{ word(__harden_unit) }}
ExecStart=-systemctl --no-block restart {{ word(__harden_unit) }}
# Last, and not read again: a service without its file does not go on.
ExecStart=-rm -f {{ word('/etc/systemd/system/multi-user.target.wants/' ~ __harden_undo ~ '.service') }}
ExecStart=-rm -f {{ word('/etc/systemd/system/' ~ __harden_undo ~ '.service') }}
ExecStart=-rm -rf {{ word(__harden_folder) }}

[Install]
WantedBy=multi-user.target
`

/** templates/owners.conf.j2: the owners as found, in the form of tmpfiles.d(5), which follows no link. */
export const OWNERS_TEMPLATE = `{% set words = __harden_owners | items2dict(key_name='path', value_name='word') %}
{% for line in __harden_found.stdout_lines %}
{% set mode, uid, gid, path = line.split(' ', 3) %}
z {{ words[path] }} {{ mode }} {{ uid }} {{ gid }}
{% endfor %}
`

/** templates/tmpfiles.conf.j2 */
export const TMPFILES_TEMPLATE = `# {{ ansible_managed }}
# Files that belong to the account of {{ __harden_unit }}
{% for owner in __harden_owners %}
{{ owner.line }}
{% endfor %}
`

/** templates/report.md.j2 */
export const REPORT_TEMPLATE = String.raw`# Hardening of {{ __harden_unit }}

| host | exposure before | after | outcome | why |
|---|---|---|---|---|
{% for host in ansible_play_hosts_all %}
{% set here = hostvars[host] %}
{% set otherwise = 'lost in the midst' if here.__harden_outcome is defined else 'not reached' %}
{% set row = here.__harden_row | default({'exposures': ['', ''], 'outcome': otherwise, 'why': ''}) %}
| {{ ([host] + row.exposures + [row.outcome, row.why]) | map('string') | map('replace', '\n', ' ') | map('replace', '|', '\\|') | map('replace', '<', '&lt;') | join(' | ') }} |
{% endfor %}
`
