import type { Host } from '../host/host.ts'
import type { BlindSpots } from './blind-spots.ts'
import type { Facts } from './facts.ts'
import { readForeignHoldings } from './files/foreign-holdings.ts'
import { readFoldersOfPeople, readOwnedFolders } from './files/owned-folders.ts'
import { filesOfItsPackages } from './files/packages.ts'
import { readRootFiles } from './files/root-files.ts'
import { mayServeLogins } from './proc/rights.ts'
import { readSharers } from './proc/sharers.ts'
import { readReach } from './reach.ts'

/** A machine, and what observe() saw of the service on it. */
export interface Observed {
  host: Host
  facts: Facts
}

/**
 * What lies around a service and decides what may be taken from it: folders that are its own to write, what others hold
 * in its run folders, and what it may come to do. Only proposals need it, and it searches whole trees, so observe() leaves
 * it out. `here` is where the stages are applied, `live` where other units run, `seen` the facts of both merged,
 * `folders` those of data that might be given to another account.
 */
export async function readSurroundings(
  here: Observed,
  live: Observed,
  seen: Facts,
  folders: readonly string[],
): Promise<
  Pick<Facts, 'gaps' | 'ofPeople'> &
    Required<Pick<Facts, 'owned' | 'foreign' | 'sharers' | 'reach' | 'rootFiles'>>
> {
  const gaps: BlindSpots = new Set(seen.gaps)
  const packaged = await filesOfItsPackages(live.host, seen)
  return {
    owned: await readOwnedFolders(here.host, here.facts.processes, packaged, gaps),
    ...(mayServeLogins(seen) ? { ofPeople: await readFoldersOfPeople(here.host, gaps) } : {}),
    foreign: await readForeignHoldings(live.host, seen.unit.id, live.facts, gaps),
    sharers: await readSharers(live.host, seen, new Set(live.facts.processes.map(({ pid }) => pid))),
    rootFiles: await readRootFiles(here.host, folders, gaps),
    reach: await readReach(live.host, seen, packaged),
    gaps: [...gaps],
  }
}
