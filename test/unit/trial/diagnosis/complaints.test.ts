import { expect, it } from 'vitest'
import {
  isHarm,
  isOfFamilies,
  kindOfLine,
  limitsFamilies,
  tellsPid,
} from '../../../../src/trial/diagnosis/complaints.ts'

const written = (path: string) => path === '/run/x.pid'

it.each<[string, string, boolean]>([
  ['a refusal without a file', 'kill(12) failed: Operation not permitted', true],
  ['a refusal of a file that it did not write', 'open("/srv/state") failed (13: Permission denied)', true],
  [
    'the removal of one that it wrote',
    '2026/11/26 [alert] unlink() "/run/x.pid" failed (13: Permission denied)',
    false,
  ],
  [
    'one that it wrote and one that it did not',
    'cannot rename /srv/state to /run/x.pid: Read-only file system',
    true,
  ],
  ['by the older name of the folder', '(13)Permission denied: failed to remove /var/run/x.pid', false],
  ['the end of a sentence', 'Permission denied: /run/x.pid.', false],
  ['no refusal', 'open("/srv/state") failed (2: No such file or directory)', false],
])('%s', (_, line, harm) => expect(isHarm(line, written)).toBe(harm))

it.each([
  ['times and pids', '26 06:00:01 pid 7: up', '27 07:10:11 pid 8123: up'],
  ['addresses', 'at 0x55aa10', 'at 0x7fee2b'],
  ['blanks before a number', '[  148] {core} starting', '[ 1243] {core} starting'],
  [
    'identifiers',
    'instance.id=0f8fad5b-d9cb-469f-a165-70867728950e up',
    'instance.id=1b4e28ba-2fa1-b20c-883f-0016d3cca427 up',
  ],
  ['names made by chance', 'no /tmp/ab12cd9 here', 'no /tmp/zz91kq0 here'],
])('the same line with other %s is of one kind', (_, one, other) => {
  expect(kindOfLine(one)).toBe(kindOfLine(other))
  expect(kindOfLine(one)).not.toBe(kindOfLine(`${other} and more`))
})

it.each([
  ['[Thu Nov 26 08:10:26 2026] [core:error] [pid 908:tid 908] no', true],
  ['srv[908]: no', true],
  ['srv[9081]: no', false],
  ['no', false],
])('%s tells pid 908: %s', (line, tells) => expect(tellsPid(line, new Set([908]))).toBe(tells))

it.each([
  ['socket: Address family not supported by protocol', true],
  ['socket: Permission denied', false],
])('%s: only a limit on families of addresses can be blamed for it: %s', (line, is) => {
  expect(isOfFamilies(line)).toBe(is)
  expect(limitsFamilies(['NoNewPrivileges'])).toBe(false)
  expect(limitsFamilies(['NoNewPrivileges', 'RestrictAddressFamilies'])).toBe(true)
})
