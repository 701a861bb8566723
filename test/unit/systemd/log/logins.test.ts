import { expect, test } from 'vitest'
import { parseJournal } from '../../../../src/systemd/log/journal.ts'
import { loginsIn } from '../../../../src/systemd/log/logins.ts'

const entry = (message: string, uid = '0') =>
  parseJournal(JSON.stringify({ MESSAGE: message, _UID: uid, __REALTIME_TIMESTAMP: '1700000000123456' }))

test.each([
  ['pam_unix(sshd:session): session opened for user probe(uid=1000) by (uid=0)', 'probe'],
  ['pam_unix(login:session): session opened for user root by LOGIN(uid=0)', 'root'],
  ['pam_sss(some-server:session): session opened for user a.b@c', 'a.b@c'],
  ['Accepted publickey for probe from 127.0.0.1 port 40000 ssh2: ED25519 SHA256:x', 'probe'],
  ['Accepted keyboard-interactive/pam for root from ::1 port 40000 ssh2', 'root'],
])('%s', (message, user) => {
  expect(loginsIn(entry(message))).toEqual([{ user, at: 1_700_000_000_123 }])
})

test.each([
  ['pam_unix(sshd:session): session closed for user probe'],
  ['pam_unix(sshd:auth): authentication failure; logname= uid=0 user=probe'],
  // Names that somebody types who has no password.
  ['Invalid user pam_unix(x:session): session opened for user root from 203.0.113.9 port 1'],
  ['Failed password for invalid user Accepted publickey for root from 203.0.113.9 port 1 ssh2'],
])('no login: %s', (message) => {
  expect(loginsIn(entry(message))).toEqual([])
})

test('only what root said', () => {
  expect(loginsIn(entry('Accepted publickey for probe from ::1 port 1', '107'))).toEqual([])
})
