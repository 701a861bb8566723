import { describe, expect, test } from 'vitest'
import type { ProcessFacts } from '../../../../src/observe/facts.ts'
import { parseEndpoint } from '../../../../src/observe/proc/addresses.ts'
import { SOCKET_TABLES } from '../../../../src/observe/proc/socket-tables.ts'
import { readSockets } from '../../../../src/observe/proc/sockets.ts'
import { memoryHost } from '../memory-host.ts'

test.each([
  ['00000000:07E8', '0.0.0.0', 2024],
  ['0100007F:0050', '127.0.0.1', 80],
  ['00000000000000000000000000000000:0050', '::', 80],
  ['00000000000000000000000001000000:01BB', '::1', 443],
  ['0000000000000000FFFF00000100007F:1F90', '::ffff:127.0.0.1', 8080],
  ['B80D01200000000000000000010000FF:0001', '2001:db8::ff00:1', 1],
  ['000080FE00000000FF5E0C02CAF10AFE:0016', 'fe80::20c:5eff:fe0a:f1ca', 22],
  ['0100000002000000030000000400FFFF:0001', '0:1:0:2:0:3:ffff:4', 1],
])('%s', (text, address, port) => {
  expect(parseEndpoint(text)).toEqual({ address, port })
})

test('a big-endian kernel prints words as they are read', () => {
  expect(parseEndpoint('7F000001:0050', 'big')?.address).toBe('127.0.0.1')
  expect(parseEndpoint('0100007F:0050', 'big')?.address).toBe('1.0.0.127')
  expect(parseEndpoint('nonsense')).toBeUndefined()
})

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1076 1 000000008e737c8e 100 0 0 10 0                      
   1: 0100007F:0050 0100007F:C350 01 00000000:00000000 00:00000000 00000000    33        0 1077 1 000000008e737c8e 20 4 30 10 -1
   2: 0100007F:0050 0100007F:C351 06 00000000:00000000 03:00000F6A 00000000     0        0 0 3 000000008e737c8e
`
const UDP = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            
  441: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2001 2 0000000000000000 0         
  442: 0100007F:D431 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 2002 2 0000000000000000 0         
`
const RAW = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 3001 2 0000000000000000 0
`
const UNIX = `Num       RefCount Protocol Flags    Type St Inode Path
000000008c685bc7: 00000003 00000000 00000000 0001 03  1072
00000000303d8168: 00000002 00000000 00010000 0001 01  1073 /run/a b/x.sock
00000000303d8169: 00000002 00000000 00000000 0002 01  1074 @/org/abstract
00000000303d816a: 00000002 00000000 00010000 0005 01 21075 /run/seq
00000000303d816b: 00000002 00000000 00010000 0001 01 21076 /tmp/evil
0000000000000000: 00000002 00000000 00010000 0001 01 1073 /etc/shadow
`
const NETLINK = `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
00000000725e89a8 0   0          00000000 0        0        0     2        0        4       
00000000c7509c00 16  77         00000000 0        0        0     2        0        1041    
00000000c7509c01 21  77         00000000 0        0        0     2        0        1042    
`
const PACKET = `sk               RefCnt Type Proto  Iface R Rmem   User   Inode
00000000725e89a8 3      3    0003   2     1 0      0      5001  
`

describe('tables of /proc/PID/net', () => {
  const parse = (table: string, text: string) => SOCKET_TABLES[table]?.(text, 'little')

  test('tcp', () => {
    expect(parse('tcp', TCP)).toEqual([
      { family: 'AF_INET', type: 'stream', state: 'listening', address: '0.0.0.0', port: 80, inode: '1076' },
      {
        family: 'AF_INET',
        type: 'stream',
        state: 'connected',
        address: '127.0.0.1',
        port: 80,
        peer: '127.0.0.1:50000',
        inode: '1077',
      },
      { family: 'AF_INET', type: 'stream', state: 'other', address: '127.0.0.1', port: 80, inode: '0' },
    ])
  })

  test('udp and raw', () => {
    expect(parse('udp', UDP)?.map(({ state, port }) => [state, port])).toEqual([
      ['listening', 53],
      ['connected', 54321],
    ])
    expect(parse('raw', RAW)).toMatchObject([{ type: 'raw', state: 'other', port: 0, inode: '3001' }])
  })

  test('unix: kinds, blanks in names, and a name that forges a line', () => {
    const rows = parse('unix', UNIX)
    expect(rows?.map(({ inode, type, state, address }) => [inode, type, state, address])).toEqual([
      ['1072', 'stream', 'connected', ''],
      ['1073', 'stream', 'listening', ''],
      ['1074', 'datagram', 'listening', '@/org/abstract'],
      ['21075', 'seqpacket', 'listening', '/run/seq'],
      ['21076', 'stream', 'listening', '/tmp/evil'],
    ])
    expect(parse('unix', UNIX.replace(/^0000000000000000.*\n/m, ''))?.[1]?.address).toBe('/run/a b/x.sock')
  })

  test('netlink and packet', () => {
    expect(parse('netlink', NETLINK)?.map(({ address, inode }) => [address, inode])).toEqual([
      ['NETLINK_ROUTE', '4'],
      ['NETLINK_GENERIC', '1041'],
      ['NETLINK_21', '1042'],
    ])
    expect(parse('packet', PACKET)).toMatchObject([{ family: 'AF_PACKET', type: 'raw', inode: '5001' }])
  })
})

test('sockets are those that the processes hold; systemd may hold them too', async () => {
  const socket = (descriptor: number, inode: string) => ({
    descriptor,
    path: `socket:[${inode}]`,
    kind: 'socket' as const,
    writable: true,
    deleted: false,
    inode,
  })
  const process = (pid: number, inodes: string[]) =>
    ({
      pid,
      name: 'a',
      isMain: pid === 10,
      openFiles: inodes.map((inode, at) => socket(at + 3, inode)),
    }) as unknown as ProcessFacts
  const host = memoryHost({
    files: {
      '/proc/10/ns/net': { link: 'net:[1]' },
      '/proc/11/ns/net': { link: 'net:[2]' },
      '/proc/10/net/tcp': TCP,
      '/proc/11/net/packet': PACKET,
      '/proc/10/fd/4': { link: 'socket:[777]' },
      '/proc/10/fd/5': { link: 'socket:[779]' },
      '/proc/1/fd/50': { link: 'socket:[1076]' },
    },
  })
  const gaps = new Set<string>()
  const processes = [process(10, ['1076', '777', '778']), process(11, ['1076', '5001'])]
  const sockets = await readSockets(host, processes, gaps, 'little')
  expect(sockets.map(({ family, pids, heldBySystemd }) => [family, pids, heldBySystemd])).toEqual([
    ['AF_INET', [10, 11], true],
    ['AF_PACKET', [11], false],
    ['other', [10], false],
  ])
  expect([...gaps]).toHaveLength(1)
})

test('a socket that was renamed after its bind has the name under which it is found', async () => {
  const socket = (inode: string) => ({ stat: { kind: 'socket' as const, inode } })
  const openFiles = ['1073', '1074'].map((inode) => ({ descriptor: 3, path: `socket:[${inode}]`, inode }))
  const holder = { pid: 10, name: 'a', isMain: true, openFiles }
  const host = memoryHost({
    files: {
      '/proc/10/ns/net': { link: 'net:[1]' },
      '/proc/10/net/unix':
        'Num       RefCount Protocol Flags    Type St Inode Path\n' +
        '00000000303d8168: 00000002 00000000 00010000 0001 01  1073 /run/srv/admin.sock.166.tmp\n' +
        '00000000303d8169: 00000002 00000000 00010000 0001 01  1074 /run/srv/plain.sock\n',
      '/run/srv/admin.sock': socket('977'),
      '/run/srv/plain.sock': socket('978'),
    },
    programs: {
      'ss -xleH': 'u_str LISTEN 0 5 /run/srv/admin.sock.166.tmp 1073 * 0 <-> ino:977 dev:0/65024 peers:\n',
    },
  })
  const sockets = await readSockets(host, [holder], new Set(), 'little')
  expect(sockets.map(({ address }) => address)).toEqual(['/run/srv/admin.sock', '/run/srv/plain.sock'])
})
