import { expect, test } from 'vitest'
import { servesPid1 } from '../../../../src/observe/proc/unix-peers.ts'

/** As ss of iproute2 6.15 prints them, on systemd 257. */
const TEXT = `u_str ESTAB 0 0 /run/dbus/system_bus_socket 41 * 53 users:(("dbus-daemon",pid=72,fd=12))
u_str ESTAB 0 0 @24ab2529/bus/systemd/bus-api-system 53 * 41 users:(("systemd",pid=1,fd=59))
u_str ESTAB 0 0 /run/dbus/system_bus_socket 86 * 85 users:(("dbus-daemon",pid=72,fd=17))
u_str ESTAB 0 0 * 85 * 86 users:(("systemd-logind",pid=73,fd=11))
u_dgr ESTAB 0 0 /run/systemd/journal/socket 643 * 0        users:(("systemd-journal",pid=27,fd=4),("systemd",pid=1,fd=35))
u_dgr ESTAB 0 0 * 791 * 643 users:(("systemd",pid=1,fd=41))
u_dgr ESTAB 0 0 /run/systemd/notify 624 * 0 users:(("systemd",pid=1,fd=15))
u_dgr ESTAB 0 0 * 757 * 624 users:(("redis",pid=90,fd=12))
u_str ESTAB 0 0 /run/systemd/io.systemd.ManagedOOM 12 * 13 users:(("systemd",pid=1,fd=9))
u_str ESTAB 0 0 * 13 * 12 users:(("systemd-oomd",pid=80,fd=9))
u_str ESTAB 0 0 /run/db/socket 21 * 22 users:(("db",pid=91,fd=9))
u_str ESTAB 0 0 * 22 * 21 users:(("app",pid=92,fd=9),("systemd",pid=1,fd=70))
`

test.each<[string, number[], string | undefined]>([
  ['the system bus', [72], '/run/dbus/system_bus_socket'],
  ['the journal', [27], '/run/systemd/journal/socket'],
  ['a client of the bus', [73], undefined],
  ['who tells systemd how it is', [90], undefined],
  ['a client of systemd', [80], undefined],
  ['whose client gave its connection to systemd to keep', [91], undefined],
])('%s', (_, pids, socket) => {
  expect(servesPid1(TEXT, pids)).toBe(socket)
})

test('torn output tells nothing', () => {
  expect(servesPid1('u_str ESTAB\n\nusers:((', [72])).toBeUndefined()
})
