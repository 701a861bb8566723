import { BEHIND_GREETING, BEHIND_PACKAGES } from './behind-greeting.ts'
import { MORE_PACKAGED, MORE_PACKAGES } from './more-packaged.ts'
import type { Described, Packaged } from './real-service.ts'

/** Answers "page" to whatever is asked, for those that stand before a web server. */
const WEB = `[Service]
ExecStart=/usr/local/bin/node -e "require('node:http').createServer((q,r)=>r.end('page')).listen(8181,'127.0.0.1')"
[Install]
WantedBy=multi-user.target
`
const PEER = { files: { '/etc/systemd/system/peer.service': WEB }, beside: ['peer'] }
const ZONE = `$TTL 60
@ IN SOA ns.lab. root.lab. 1 60 60 60 60
@ IN NS ns.lab.
ns IN A 127.0.0.1
www IN A 192.0.2.7
`
const dig = (port: number) =>
  `test "$(dig +short +time=2 +tries=2 -p ${port} @127.0.0.1 www.lab A)" = 192.0.2.7`

/** Chosen widely: web, proxies, mail, names, files, databases, queues, caches, monitoring, directories, printing, time. */
const PACKAGED: Readonly<Record<string, Packaged>> = {
  lighttpd: {
    setup: 'echo page >/var/www/html/page.txt',
    use: 'test "$(curl -sf -m 5 http://127.0.0.1/page.txt)" = page',
  },
  haproxy: {
    ...PEER,
    setup: `printf 'frontend f\\n bind 127.0.0.1:8282\\n default_backend b\\nbackend b\\n server s 127.0.0.1:8181\\n' >>/etc/haproxy/haproxy.cfg`,
    use: 'test "$(curl -sf -m 5 http://127.0.0.1:8282/)" = page',
  },
  varnish: {
    ...PEER,
    setup: `printf 'vcl 4.0;\\nbackend default { .host = "127.0.0.1"; .port = "8181"; }\\n' >/etc/varnish/default.vcl`,
    use: 'test "$(curl -sf -m 5 http://127.0.0.1:6081/)" = page && test "$(curl -sf -m 5 http://127.0.0.1:6081/)" = page',
  },
  tinyproxy: {
    ...PEER,
    use: 'test "$(curl -sf -m 5 -x http://127.0.0.1:8888 http://127.0.0.1:8181/)" = page',
  },
  privoxy: { ...PEER, use: 'test "$(curl -sf -m 5 -x http://127.0.0.1:8118 http://127.0.0.1:8181/)" = page' },
  stunnel: {
    ...PEER,
    unit: 'stunnel@web',
    setup: `openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=lab -keyout /etc/stunnel/k.pem -out /etc/stunnel/c.pem 2>/dev/null
printf 'foreground=yes\\n[web]\\naccept=127.0.0.1:8443\\nconnect=127.0.0.1:8181\\ncert=/etc/stunnel/c.pem\\nkey=/etc/stunnel/k.pem\\n' >/etc/stunnel/web.conf`,
    use: 'test "$(curl -sfk -m 5 https://127.0.0.1:8443/)" = page',
  },
  exim4: {
    setup: 'useradd -m alice',
    use: `subject=$(date +%s%N)
swaks -s 127.0.0.1 -t alice@localhost -f root@localhost --h-Subject "$subject" >/dev/null
for i in 1 2 3 4 5 6 7 8; do sudo grep -qs "$subject" /var/mail/alice && exit 0; sleep 1; done
exit 1`,
  },
  dovecot: {
    setup: `useradd -m bob
echo bob:secret | chpasswd
install -d -m 700 -o bob -g bob /home/bob/mail
install -m 600 -o bob -g mail /dev/null /var/mail/bob`,
    use: `set -- imap://127.0.0.1/INBOX -u bob:secret -s -m 8
f=$(mktemp)
printf 'Subject: kept\\r\\n\\r\\nletter\\r\\n' >$f
curl "$@" -T $f >/dev/null
curl "$@" -X 'SEARCH SUBJECT kept' | grep -q 'SEARCH 1'`,
  },
  unbound: {
    setup: `printf 'server:\\n local-data: "www.lab. A 192.0.2.7"\\n' >/etc/unbound/unbound.conf.d/lab.conf`,
    use: dig(53),
  },
  dnsmasq: {
    setup: `printf 'address=/www.lab/192.0.2.7\\nlisten-address=127.0.0.1\\nbind-interfaces\\n' >/etc/dnsmasq.d/lab.conf`,
    use: dig(53),
  },
  bind9: {
    unit: 'named',
    files: { '/etc/bind/db.lab': ZONE },
    setup: `echo 'zone "lab" { type master; file "/etc/bind/db.lab"; };' >>/etc/bind/named.conf.local`,
    use: dig(53),
  },
  nsd: {
    files: { '/etc/nsd/lab.zone': ZONE },
    setup: `printf 'zone:\\n name: lab\\n zonefile: /etc/nsd/lab.zone\\n' >>/etc/nsd/nsd.conf`,
    use: dig(53),
  },
  knot: {
    files: {
      '/etc/knot/lab.zone': ZONE,
      '/etc/knot/knot.conf': `server:
  listen: 127.0.0.1@53
  user: knot:knot
  rundir: /run/knot
database:
  storage: /var/lib/knot
zone:
  - domain: lab
    file: /etc/knot/lab.zone
`,
    },
    use: dig(53),
  },
  vsftpd: {
    setup: `useradd -m carol
echo carol:secret | chpasswd
sed -i 's/^#\\?write_enable=.*/write_enable=YES/' /etc/vsftpd.conf`,
    use: `echo page | curl -sf -m 8 -T - ftp://carol:secret@127.0.0.1/up.txt
test "$(curl -sf -m 8 ftp://carol:secret@127.0.0.1/up.txt)" = page`,
  },
  'tftpd-hpa': {
    setup: 'echo page >/srv/tftp/page.txt',
    use: 'test "$(curl -sf -m 8 tftp://127.0.0.1/page.txt)" = page',
  },
  smbd: {
    setup: `useradd -m dora
printf 'secret\\nsecret\\n' | smbpasswd -s -a dora
printf '[drop]\\n path = /srv/drop\\n writable = yes\\n' >>/etc/samba/smb.conf
install -d -o dora /srv/drop`,
    use: `cd /tmp
d=$(mktemp -d)
cd "$d"
echo page >f
smbclient //127.0.0.1/drop -U dora%secret -c 'put f' >/dev/null 2>&1
smbclient //127.0.0.1/drop -U dora%secret -c 'get f g' >/dev/null 2>&1
test "$(cat g)" = page`,
  },
  mariadb: {
    setup: `systemctl start mariadb
mariadb -e "create database probe; create user probe@'127.0.0.1' identified by 'secret'; grant all on probe.* to probe@'127.0.0.1'"`,
    use: `mariadb -h 127.0.0.1 -u probe -psecret probe -e 'create table if not exists t (a int); insert into t values (7); select a from t limit 1' | grep -qx 7`,
  },
  memcached: {
    use: `printf 'set k 0 60 4\\r\\npage\\r\\nget k\\r\\nquit\\r\\n' | nc -w 3 127.0.0.1 11211 | grep -q page`,
  },
  beanstalkd: {
    use: `printf 'put 1 0 60 4\\r\\npage\\r\\nreserve-with-timeout 1\\r\\nquit\\r\\n' | nc -w 3 127.0.0.1 11300 | grep -q page`,
  },
  'gearman-job-server': { use: `printf 'status\\n' | nc -w 2 127.0.0.1 4730 | grep -q '^\\.'` },
  'prometheus-node-exporter': {
    reloads: false,
    use: `curl -sf -m 5 http://127.0.0.1:9100/metrics >/tmp/metrics.$$
grep -q '^node_filesystem_size_bytes.*mountpoint="/' /tmp/metrics.$$ && grep -q '^node_load1 ' /tmp/metrics.$$`,
  },
  snmpd: {
    use: `snmpget -v2c -c public -t 2 -Oqv 127.0.0.1 1.3.6.1.2.1.1.5.0 | grep -q .`,
  },
  monit: {
    setup: `printf 'set httpd port 2812 and use address localhost\\n allow localhost\\ncheck filesystem root with path /\\n' >/etc/monit/conf.d/lab`,
    use: `curl -sf -m 5 'http://127.0.0.1:2812/_status?format=text' | grep -A8 root | grep -qiE 'accessible|ok|running'`,
  },
  'nagios-nrpe-server': {
    setup: `printf 'command[lab]=/usr/bin/printf page\\n' >/etc/nagios/nrpe.d/lab.cfg`,
    use: `test "$(/usr/lib/nagios/plugins/check_nrpe -H 127.0.0.1 -c lab)" = page`,
  },
  slapd: {
    use: `ldapsearch -x -H ldap://127.0.0.1/ -s base -b '' namingContexts | grep -q namingContexts`,
  },
  cups: {
    use: `curl -sf -m 5 -o /dev/null http://127.0.0.1:631/`,
  },
  chrony: {
    setup: 'echo "local stratum 8" >>/etc/chrony/chrony.conf',
    use: `chronyc -h 127.0.0.1 tracking | grep -q Stratum`,
  },
  rsyslog: {
    use: `word=$(date +%s%N)
logger -t lab "$word"
for i in 1 2 3 4; do sudo grep -qs "$word" /var/log/syslog && exit 0; sleep 1; done
exit 1`,
  },
  ngircd: {
    use: `printf 'NICK probe\\r\\nUSER p 0 * :p\\r\\nJOIN #lab\\r\\nQUIT\\r\\n' | nc -w 6 127.0.0.1 6667 | grep -q 'JOIN.*#lab'`,
  },
  icecast2: {
    setup: 'sed -i s/^ENABLE=.*/ENABLE=true/ /etc/default/icecast2',
    use: 'curl -sf -m 5 http://127.0.0.1:8000/status-json.xsl | grep -q icestats',
  },
  prosody: {
    use: `printf "<stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>" | nc -w 3 127.0.0.1 5222 | grep -q stream:features`,
  },
  squid: {
    ...PEER,
    setup: `sed -i 's/^http_access deny to_localhost/#&/' /etc/squid/squid.conf`,
    use: 'test "$(curl -sf -m 8 -x http://127.0.0.1:3128 http://127.0.0.1:8181/)" = page',
  },
  rabbitmq: {
    unit: 'rabbitmq-server',
    use: `printf 'AMQP\\000\\000\\011\\001' | nc -w 3 127.0.0.1 5672 | grep -aq PLAIN`,
  },
}

/** One root for all of them, so that it is made once. */
const PACKAGES: readonly string[] = [
  ...[
    'lighttpd',
    'haproxy',
    'varnish',
    'tinyproxy',
    'privoxy',
    'stunnel4',
    'squid',
    'exim4-daemon-light',
    'swaks',
  ],
  ...['dovecot-imapd', 'unbound', 'dnsmasq', 'bind9', 'bind9-dnsutils', 'nsd', 'knot', 'vsftpd'],
  ...['tftpd-hpa', 'samba', 'smbclient', 'mariadb-server', 'memcached', 'beanstalkd', 'gearman-job-server'],
  ...[
    'prometheus-node-exporter',
    'snmpd',
    'snmp',
    'monit',
    'nagios-nrpe-server',
    'nagios-nrpe-plugin',
    'slapd',
  ],
  ...['ldap-utils', 'cups', 'chrony', 'rsyslog', 'ngircd', 'icecast2', 'prosody', 'rabbitmq-server'],
  ...['netcat-openbsd', 'openssl', 'python3-minimal', 'bsdutils'],
]

/** The account that plays the use may read what root alone may, as the person who looks does. */
const LOOK = 'ALL ALL=(root) NOPASSWD: /usr/bin/grep\n'

export function packagedServices(): Described[] {
  return [
    ...described(PACKAGED, PACKAGES),
    ...described(BEHIND_GREETING, BEHIND_PACKAGES),
    ...described(MORE_PACKAGED, MORE_PACKAGES),
  ]
}

function described(services: Readonly<Record<string, Packaged>>, packages: readonly string[]): Described[] {
  return Object.entries(services).map(
    ([name, { unit = name, setup = '', files = {}, beside = [], use, reloads = true }]) => ({
      name,
      unit,
      reloads,
      wish: {
        packages,
        files: { '/etc/hosts': '127.0.0.1 localhost\n', ...files, '/etc/sudoers.d/look': LOOK },
        setup: [
          ['chmod', '440', '/etc/sudoers.d/look'],
          ['bash', '-ec', `systemctl daemon-reload\n${setup}`],
        ],
        services: [...beside, unit],
      },
      use: `#!/bin/bash\nset -e\n${use}\n`,
    }),
  )
}
