import { networkInterfaces } from 'node:os'
import type { Host } from '../../host/host.ts'
import { type Mount, readMounts } from '../../observe/proc/mounts.ts'
import type { BootPlan } from './boot-script.ts'
import { CloneError } from './clone-error.ts'
import type { CloneUnit } from './clone-unit.ts'
import { layersOf } from './layers.ts'
import { linksOf } from './links.ts'
import type { UpperLayerStorage } from './upper-layer.ts'

/** Some resolvers keep the real resolv.conf under /run; without it programs that read it may not start. */
async function copiedRunFiles(live: Host): Promise<string[]> {
  const real = await live.resolve('/etc/resolv.conf')
  return real?.startsWith('/run/') ? [real] : []
}

function cgroupPoint(mounts: readonly Mount[]): string {
  const found = mounts.find(({ type }) => type === 'cgroup2')
  if (found === undefined) throw new CloneError('there is no cgroup v2 tree')
  return found.point
}

/** What the script that boots a clone needs to know of the live host. */
export async function planFor(live: Host, unit: CloneUnit, place: UpperLayerStorage): Promise<BootPlan> {
  // The transient service begins in PID 1's mount namespace.
  const visible = await readMounts(live)
  const proc = visible.find(({ point, type }) => point === '/proc' && type === 'proc')
  return {
    folder: unit.folder,
    cgroups: cgroupPoint(visible),
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
