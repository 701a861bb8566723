import type { LabWish } from '../lab.ts'

/**
 * Apache as Rocky Linux lays it out, on Debian's binary: the service of the guide that hardenctl follows. It
 * differs from Debian's in what matters to hardening: it stays in the foreground without a shell script, has a
 * user of its own, and keeps its logs behind a symbolic link. Debian's build lacks mod_systemd, so Type=simple
 * stands for Rocky's Type=notify.
 */
export const httpd: LabWish = {
  files: {
    '/usr/lib/systemd/system/httpd.service': `[Unit]
Description=The Apache HTTP Server
After=network.target remote-fs.target nss-lookup.target
Documentation=man:httpd.service(8)

[Service]
Type=simple
Environment=LANG=C
Environment="OPTIONS=-d /etc/httpd -f conf/httpd.conf"
ExecStart=/usr/sbin/httpd $OPTIONS -DFOREGROUND
ExecReload=/usr/sbin/httpd $OPTIONS -k graceful
# Send SIGWINCH for graceful stop
KillSignal=SIGWINCH
KillMode=mixed
PrivateTmp=true
OOMPolicy=continue

[Install]
WantedBy=multi-user.target
`,
    '/usr/lib/tmpfiles.d/httpd.conf': 'd /run/httpd 0710 root apache\n',
    '/etc/httpd/conf/httpd.conf': `ServerRoot "/etc/httpd"
ServerName lab
Listen 80
User apache
Group apache
PidFile "/run/httpd/httpd.pid"
DefaultRuntimeDir "/run/httpd"
${modules(['mpm_event', 'authz_core', 'authz_host', 'access_compat', 'dir', 'autoindex', 'mime', 'alias'])}
TypesConfig /etc/mime.types

<Directory />
    AllowOverride none
    Require all denied
</Directory>
DocumentRoot "/var/www/html"
<Directory "/var/www/html">
    Options -Indexes +FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>
DirectoryIndex index.html

ErrorLog "logs/error_log"
LogLevel warn
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
CustomLog "logs/access_log" common
`,
    '/etc/logrotate.d/httpd': `/var/log/httpd/*log {
    missingok
    notifempty
    sharedscripts
    delaycompress
    postrotate
        /bin/systemctl reload httpd.service > /dev/null 2>/dev/null || true
    endscript
}
`,
  },
  setup: [
    ['groupadd', '--system', '--gid', '48', 'apache'],
    [
      ...['useradd', '--system', '--uid', '48', '--gid', 'apache', '--no-create-home'],
      ...['--home-dir', '/usr/share/httpd', '--shell', '/usr/sbin/nologin', 'apache'],
    ],
    ['rm', '-rf', '/var/www/html'],
    ['mkdir', '--mode=0755', '/var/www/html'],
    ['mkdir', '--mode=0700', '/var/log/httpd'],
    ['ln', '-s', '../../var/log/httpd', '/etc/httpd/logs'],
    ['ln', '-s', '../../usr/lib/apache2/modules', '/etc/httpd/modules'],
    ['ln', '-s', '/run/httpd', '/etc/httpd/run'],
    // A copy, not a link: the kernel and systemd then know it as httpd.
    ['cp', '/usr/sbin/apache2', '/usr/sbin/httpd'],
    ['systemd-tmpfiles', '--create', '/usr/lib/tmpfiles.d/httpd.conf'],
  ],
  services: ['httpd.service'],
  ready: ['curl', '-s', '-o', '/dev/null', 'http://127.0.0.1/'],
}

function modules(names: readonly string[]): string {
  return names.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join('\n')
}
