import type { Facts, ProcessFacts } from '../../observe/facts.ts'
import { called, isRoot } from '../common/roles.ts'
import { setting } from '../common/unit-settings.ts'
import { bare, guess, type Need, need } from './need.ts'

/** Capabilities that opening a device node takes, besides its mode (capabilities(7)). */
const BY_DEVICE: [RegExp, string][] = [
  [/^\/dev\/net\/tun$/, 'cap_net_admin'],
  [/^\/dev\/(mem|port|kmem)$/, 'cap_sys_rawio'],
  [/^\/dev\/rtc\d*$/, 'cap_sys_time'],
  [/^\/(dev|proc)\/kmsg$/, 'cap_syslog'],
  [/^\/dev\/fuse$/, 'cap_sys_admin'],
]

/** Things that a root process was seen doing and that take a capability. */
export function fromActs(facts: Facts): Need[] {
  return [...facts.processes.flatMap((process) => processActs(facts, process)), ...socketActs(facts)]
}

function processActs(facts: Facts, process: ProcessFacts): Need[] {
  const needs: Need[] = []
  const who = called(process)
  if (process.root !== '/' && process.root !== '' && process.root !== setting(facts, 'RootDirectory')) {
    needs.push(need('sys_chroot', `${who} has ${process.root} as its root directory.`))
  }
  if (process.nice < 0 && String(process.nice) !== setting(facts, 'Nice')) {
    needs.push(need('sys_nice', `${who} runs with nice ${process.nice}.`))
  }
  if (isRealtime(process) && !setting(facts, 'CPUSchedulingPolicy')?.startsWith(process.scheduling)) {
    needs.push(need('sys_nice', `${who} is scheduled as ${process.scheduling}.`))
  }
  for (const { path } of process.openFiles) {
    for (const [pattern, capability] of BY_DEVICE) {
      if (pattern.test(path)) needs.push(need(bare(capability), `${who} holds ${path} open.`))
    }
  }
  return needs
}

export function isRealtime({ scheduling }: ProcessFacts): boolean {
  return scheduling === 'fifo' || scheduling === 'rr' || scheduling === 'deadline'
}

function socketActs(facts: Facts): Need[] {
  const byRoot = (pids: number[]) =>
    facts.processes.some((process) => pids.includes(process.pid) && isRoot(process))
  return facts.sockets.flatMap(({ family, type, pids }) => {
    if (family === 'AF_PACKET' || type === 'raw') {
      if (family === 'AF_NETLINK') return byRoot(pids) ? [netlink(pids)] : []
      return [need('net_raw', `A ${family} socket of type ${type} is open in pid ${pids.join(', ')}.`)]
    }
    return family === 'AF_NETLINK' && byRoot(pids) ? [netlink(pids)] : []
  })
}

/** Listening on netlink takes no capability, but changing the network does. From outside both look the same. */
function netlink(pids: number[]): Need {
  return guess(
    'net_admin',
    `A netlink socket is open in root's pid ${pids.join(', ')}: it may configure the network.`,
  )
}
