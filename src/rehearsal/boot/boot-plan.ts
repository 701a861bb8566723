import { networkInterfaces } from 'node:os'
import type { Host } from '../../host/host.ts'
import { cgroupTree } from '../../observe/proc/cgroup-tree.ts'
import { readMounts } from '../../observe/proc/mounts.ts'
import type { BootPlan } from './boot-script.ts'
import { CloneError } from './clone-error.ts'
import { NO_V2_TREE } from './clone-problem.ts'
import type { CloneUnit } from './clone-unit.ts'
import { layersOf } from './layers.ts'
import { linksOf } from './links.ts'
import type { UpperLayerStorage } from './upper-layer.ts'

/** Some resolvers keep the real resolv.conf under /run; without it programs that read it may not start. */
async function copiedRunFiles(live: Host): Promise<string[]> {
  const real = await live.resolve('/etc/resolv.conf')
  return real?.startsWith('/run/') ? [real] : []
}

/** What the script that boots a clone needs to know of the live host. */
export async function planFor(live: Host, unit: CloneUnit, place: UpperLayerStorage): Promise<BootPlan> {
  // The transient service begins in PID 1's mount namespace.
  const visible = await readMounts(live)
  const cgroups = await cgroupTree(live, visible)
  if (cgroups === undefined) throw new CloneError(NO_V2_TREE)
  const proc = visible.find(({ point, type }) => point === '/proc' && type === 'proc')
  return {
    folder: unit.folder,
    cgroups,
    upper: place.upper === 'disk' ? { place: 'disk', image: unit.image } : { place: 'memory' },
    upperKiB: place.upperKiB,
    layers: layersOf(visible),
    procOptions: (proc?.superOptions ?? []).filter((option) => /^(hidepid|gid)=/.test(option)),
    runFiles: await copiedRunFiles(live),
    links: linksOf(networkInterfaces()),
    systemd: (await live.readlink('/proc/1/exe')) ?? '/usr/lib/systemd/systemd',
    securityfs: visible.some(({ point }) => point === '/sys/kernel/security'),
  }
}
