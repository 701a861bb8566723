import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TalkOutcome } from './inside/talk-main.ts'
import { programFiles } from './kit/bundled.ts'
import { bootLab, type Lab, type LabWish } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const FOLDER = '/opt/talk'

/** A packaged server, and what it is expected to be asked and to answer. */
type Server = [unit: string, checks: Record<string, RegExp>]

const MORE_PACKAGES = [
  'dovecot-imapd',
  'dovecot-pop3d',
  'mariadb-server',
  'memcached',
  'ngircd',
  'ntpsec',
  'postfix',
  'rpcbind',
  'slapd',
  'snmpd',
  'tftpd-hpa',
  'unbound',
  'vsftpd',
]

const MORE_SERVERS: readonly Server[] = [
  ['postfix@-', { 'SMTP on 127.0.0.1 port 25': /^greets 220, EHLO answers 250 with .*PIPELINING/ }],
  [
    'dovecot',
    {
      'IMAP on 127.0.0.1 port 143': /^greets OK, CAPABILITY answers OK with .*IMAP4REV1/,
      'IMAP over TLS on 127.0.0.1 port 993': /^greets OK/,
      'POP3 on 127.0.0.1 port 110': /^greets \+OK, CAPA answers \+OK with .*UIDL/,
      'POP3 over TLS on 127.0.0.1 port 995': /^greets \+OK/,
    },
  ],
  ['mariadb', { 'MySQL on 127.0.0.1 port 3306': /^greets with handshake 10$/ }],
  ['memcached', { 'memcache on 127.0.0.1 port 11211': /^version answers VERSION$/ }],
  ['ngircd', { 'IRC on 127.0.0.1 port 6667': /^CAP answers LS$/ }],
  ['ntpsec', { 'NTP on 127.0.0.1 port 123': /^answers as a server, version 4$/ }],
  ['slapd', { 'LDAP on 127.0.0.1 port 389': /^a search of the root entry ends with 0, and finds it$/ }],
  ['snmpd', { 'SNMP on 127.0.0.1 port 161': /^reports its engine$/ }],
  ['tftpd-hpa', { 'TFTP on 127.0.0.1 port 69': /^answers error 1 for a missing file$/ }],
  [
    'unbound',
    {
      'DNS on 127.0.0.1 port 53': /^answers NOERROR with an address for localhost$/,
      'DNS over TCP on 127.0.0.1 port 53': /^answers NOERROR/,
    },
  ],
  ['vsftpd', { 'FTP on ::1 port 21': /^greets 220, FEAT answers 211 with .*EPSV/ }],
  ['rpcbind', { 'ONC RPC on 127.0.0.1 port 111': /^answers state 0$/ }],
]

const SERVERS: readonly Server[] = [
  ['mosquitto', { 'MQTT on 127.0.0.1 port 1883': /^CONNECT answers \d$/ }],
  ['redis-server', { 'RESP on 127.0.0.1 port 6379': /^PING answers \+PONG$/ }],
  ['postgresql@15-main', { 'PostgreSQL on 127.0.0.1 port 5432': /^offers TLS$|^answers, without TLS$/ }],
  ['ssh', { 'SSH on 127.0.0.1 port 22': /^greets SSH-2.0, offers a key exchange$/ }],
  ['php8.2-fpm', { 'FastCGI on /run/php/php8.2-fpm.sock': /^answers GET_VALUES$/ }],
  ['apache2', { 'GET http://[::1]/': /^200$/ }],
]

function suite(title: string, wish: LabWish, servers: readonly Server[]): void {
  describe.skipIf(skipLab())(labTitle(title), () => {
    let lab: Lab
    beforeAll(async () => {
      lab = await bootLab({
        ...wish,
        files: { ...wish.files, ...(await programFiles(FOLDER, 'test/lab/inside/talk-main.ts')) },
      })
      for (const [unit] of servers) await lab.output(['systemctl', 'start', unit])
    }, 400_000)
    afterAll(() => lab?.stop())

    it.each(servers)('%s', { timeout: 120_000 }, async (unit, wanted) => {
      const outcome: TalkOutcome = JSON.parse(
        await lab.output(['node', `${FOLDER}/main.mjs`, unit], { timeoutMs: 110_000 }),
      )
      const said = JSON.stringify(outcome, undefined, 1)
      for (const [label, answer] of Object.entries(wanted)) {
        expect(Object.keys(outcome.answers), said).toContain(label)
        expect(outcome.answers[label], said).toHaveLength(1)
        expect(outcome.answers[label]?.[0], said).toMatch(answer)
      }
      expect(outcome.same, said).toBe(true)
      expect(outcome.notes.join(), said).not.toMatch(/ended/)
      // A clone has no clock of its own to set, so that a time server does not start in it.
      expect(
        outcome.notes.some((note) => note.startsWith('No clone')),
        said,
      ).toBe(unit === 'ntpsec')
    })
  })
}

suite('a packaged server is asked in its protocol', {}, SERVERS)
suite(
  'another packaged server is asked in its protocol',
  {
    packages: MORE_PACKAGES,
    // The key of the root zone, which would be fetched at the first start.
    files: { '/etc/unbound/unbound.conf.d/root-auto-trust-anchor-file.conf': '' },
  },
  MORE_SERVERS,
)
