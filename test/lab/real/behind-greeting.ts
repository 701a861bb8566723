import type { Packaged } from './real-service.ts'

/** A unit that an administrator would write for a program. */
const own = (command: string) => `[Service]\nExecStart=${command}\n[Install]\nWantedBy=multi-user.target\n`
const unitFile = (name: string, command: string) => ({
  [`/etc/systemd/system/${name}.service`]: own(command),
})

/** Each answers a greeting, or a first page, under settings under which its use fails. */
export const BEHIND_GREETING: Readonly<Record<string, Packaged>> = {
  'nbd-server': {
    setup: `truncate -s 1M /srv/disk.img
printf '[generic]\nuser = root\ngroup = root\nallowlist = true\n[disk]\nexportname = /srv/disk.img\n' >/etc/nbd-server/config`,
    use: `f=$(mktemp)
head -c 1048576 /dev/urandom >$f
nbdcopy $f nbd://127.0.0.1/disk
nbdcopy nbd://127.0.0.1/disk $f.2
cmp $f $f.2`,
  },
  svnserve: {
    files: unitFile('svnserve', '/usr/bin/svnserve -d --foreground --listen-host 127.0.0.1 -r /srv'),
    setup: `svnadmin create /srv/svn
printf '[general]\nanon-access = write\n' >/srv/svn/conf/svnserve.conf`,
    use: `cd $(mktemp -d)
export HOME=$PWD
n=f$(date +%s%N)
echo x >$n
svn import -q -m m --username a $n svn://127.0.0.1/svn/$n
svn cat svn://127.0.0.1/svn/$n | grep -q x`,
  },
  'git-daemon': {
    files: unitFile(
      'git-daemon',
      '/usr/bin/git daemon --reuseaddr --base-path=/srv/git --listen=127.0.0.1 /srv/git',
    ),
    setup: `git init -q --bare /srv/git/r.git
git -C /srv/git/r.git config daemon.receivepack true
touch /srv/git/r.git/git-daemon-export-ok`,
    use: `cd $(mktemp -d)
export HOME=$PWD
git config --global user.email a@b
git config --global user.name a
git clone -q git://127.0.0.1/r.git w
cd w
date +%s%N >f
git add f
git commit -qm m
git push -q origin HEAD:b$(date +%s%N)`,
  },
  webhook: {
    files: {
      '/srv/hook.sh': '#!/bin/sh\nuseradd "$1"\ntouch /root/"$1"\n',
      '/etc/webhook.conf':
        '[{"id":"add","execute-command":"/srv/hook.sh","include-command-output-in-response":true,"pass-arguments-to-command":[{"source":"url","name":"n"}]}]\n',
    },
    setup: 'chmod 755 /srv/hook.sh',
    use: `n=h$(date +%s%N | tail -c 12)
curl -sf -m 8 "http://127.0.0.1:9000/hooks/add?n=$n" >/dev/null
grep -q $n /etc/passwd`,
  },
  'krb5-kdc': {
    files: {
      '/etc/krb5.conf':
        '[libdefaults]\n default_realm = LAB\n dns_lookup_kdc = false\n[realms]\n LAB = {\n kdc = 127.0.0.1\n }\n',
      '/etc/krb5kdc/kdc.conf': '[kdcdefaults]\n kdc_ports = 88\n[realms]\n LAB = {\n }\n',
    },
    setup: `kdb5_util create -s -P master -r LAB >/dev/null
kadmin.local -q 'addprinc -pw secret a' >/dev/null`,
    use: `export KRB5CCNAME=FILE:$(mktemp -u)
echo secret | kinit a@LAB >/dev/null
klist | grep -q krbtgt`,
  },
  postgrey: {
    use: `exec 3<>/dev/tcp/127.0.0.1/10023
printf 'request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=SMTP\nsender=a%s@b.c\nrecipient=d@e.f\nclient_address=1.2.3.4\nclient_name=x.y\n\n' $(date +%s%N) >&3
read -t 5 line <&3
[[ $line = action=* ]]`,
  },
  fossil: {
    files: unitFile('fossil', '/usr/bin/fossil server /srv/repos/x.fossil --port 8089'),
    setup: `mkdir -p /srv/repos
HOME=/root USER=root fossil new /srv/repos/x.fossil >/dev/null
chown -R www-data /srv/repos`,
    use: 'curl -sfL -m 8 http://127.0.0.1:8089/timeline | grep -qi fossil',
  },
  uptimed: { use: 'uprecords -m 1 | grep -q Linux' },
}

/** One root for all of them, so that it is made once. */
export const BEHIND_PACKAGES: readonly string[] = [
  ...['nbd-server', 'libnbd-bin', 'subversion', 'git', 'webhook', 'krb5-kdc', 'krb5-admin-server'],
  ...['krb5-user', 'postgrey', 'fossil', 'uptimed', 'curl', 'python3-minimal', 'bsdutils'],
]
