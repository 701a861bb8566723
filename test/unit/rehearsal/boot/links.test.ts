import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { linksOf, networkPart } from '../../../../src/rehearsal/boot/links.ts'

const MAC = '02:00:00:00:00:05'

function v4(address: string, prefix: number, over: Partial<NetworkInterfaceInfo> = {}): NetworkInterfaceInfo {
  const shared = { netmask: '', mac: MAC, internal: false, cidr: `${address}/${prefix}`, address }
  return { ...shared, family: 'IPv4', ...over } as NetworkInterfaceInfo
}

function v6(address: string): NetworkInterfaceInfo {
  return v4(address, 64, { family: 'IPv6', scopeid: 2 } as Partial<NetworkInterfaceInfo>)
}

describe('the interfaces of a host', () => {
  it('are taken with all their addresses, loopback apart', () => {
    const found = linksOf({
      lo: [v4('127.0.0.1', 8, { internal: true })],
      ens3: [v4('192.0.2.5', 24), v6('fe80::5')],
      gone: undefined,
    })
    expect(found).toEqual([
      {
        name: 'ens3',
        mac: MAC,
        addresses: [
          { address: '192.0.2.5', prefix: 24, ipv6: false },
          { address: 'fe80::5', prefix: 64, ipv6: true },
        ],
      },
    ])
  })

  it('may have no hardware address, as a tunnel', () => {
    const links = linksOf({ wg0: [v4('10.9.0.1', 32, { mac: '00:00:00:00:00:00' })] })
    expect(links[0]?.mac).toBeUndefined()
    expect(networkPart(links)).not.toContain(" address '00")
  })

  it('are made up to a number, and all addresses are taken over', () => {
    const many = Array.from({ length: 40 }, (_, at) => [`br${at}`, [v4(`10.0.${at}.1`, 24)]])
    const script = networkPart(linksOf(Object.fromEntries(many)))
    expect(script.match(/^ {2}set -- /gm)).toHaveLength(16)
    for (let at = 0; at < many.length; at += 1) expect(script).toContain(`'10.0.${at}.1/32' dev lo`)
  })
})
