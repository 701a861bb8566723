import { expect, test } from 'vitest'
import { connectedIn } from '../../../../src/rehearsal/compare/failing-check-targets.ts'

test.each([
  [
    'connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 ECONNREFUSED (Connection refused)',
    [{ port: 80 }],
  ],
  [
    '[pid   31] connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)',
    [{ port: 80 }],
  ],
  [
    'connect(7, {sa_family=AF_INET6, sin6_port=htons(8080), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
    [{ port: 8080 }],
  ],
  [
    '[pid   31] connect(3, {sa_family=AF_UNIX, sun_path="/run/php/php8.2-fpm.sock"}, 110 <unfinished ...>',
    [{ path: '/run/php/php8.2-fpm.sock' }],
  ],
  ['connect(3, {sa_family=AF_UNIX, sun_path=@"/tmp/.X11-unix/X0"}, 20) = 0', []],
  ['connect(5, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("203.0.113.9")}, 16) = 0', []],
  [
    'sendto(5, ""..., 8, 0, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 8',
    [],
  ],
  ['curl: (7) Failed to connect to 127.0.0.1 port 80', []],
])('%s', (line, endpoints) => {
  expect(connectedIn(`first words\n${line}\n+++ exited with 7 +++\n`)).toEqual(endpoints)
})
