import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import { unescapedMount } from './mounts.ts'

/**
 * Mount points on which systemd's control groups may be found, best first: cgroup2, then version 1's named
 * hierarchy. Takes the text of /proc/PID/mountinfo (proc_pid_mountinfo(5)). Both are present on a hybrid host.
 */
export function cgroupMounts(text: string): string[] {
  const second: string[] = []
  const named: string[] = []
  for (const line of text.split('\n')) {
    const separator = line.indexOf(' - ')
    if (separator < 0) continue
    const mountPoint = unescapedMount(line.slice(0, separator).split(' ')[4] ?? '')
    const [type, , options = ''] = line.slice(separator + 3).split(' ')
    if (type === 'cgroup2') second.push(mountPoint)
    if (type === 'cgroup' && options.split(',').includes('name=systemd')) named.push(mountPoint)
  }
  return [...second, ...named]
}

/** Every process in a control group and those below it, ascending; `group` is the unit's ControlGroup property. */
export async function processesOfGroup(host: Host, group: string, gaps: BlindSpots): Promise<number[]> {
  for (const folder of await foldersOfGroup(host, group, gaps)) {
    const pids = (await orBlindSpot(gaps, `The control group ${group}`, host.groupMembers(folder))) ?? []
    if (pids.length > 0) return [...new Set(pids)].sort((a, b) => a - b)
  }
  return []
}

/** Where the control group `group` may be found, best first; none for a unit that has no group. */
export async function foldersOfGroup(host: Host, group: string, gaps: BlindSpots): Promise<string[]> {
  if (group === '') return []
  return cgroupMounts(await mountinfo(host, gaps)).map((point) => point + (group === '/' ? '' : group))
}

/** Text of a file in the control group `group`, from the first hierarchy that has it; undefined where none has. */
export async function readOfGroup(host: Host, group: string, name: string): Promise<string | undefined> {
  for (const folder of await foldersOfGroup(host, group, new Set())) {
    const text = await host.read(`${folder}/${name}`).catch(orElse(undefined))
    if (text !== undefined) return text
  }
  return undefined
}

/** PID 1's table, since "self" is another process for a reader outside the PID namespace. */
async function mountinfo(host: Host, gaps: BlindSpots): Promise<string> {
  for (const path of ['/proc/1/mountinfo', '/proc/self/mountinfo']) {
    const text = await orBlindSpot(gaps, path, host.read(path))
    if (text) return text
  }
  return ''
}
