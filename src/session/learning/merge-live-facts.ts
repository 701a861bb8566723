import type { Facts, ProcessFacts } from '../../observe/facts.ts'

function union<T>(first: readonly T[], second: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map([...second, ...first].map((item) => [keyOf(item), item])).values()]
}

function processWithLive(process: ProcessFacts, live: readonly ProcessFacts[]): ProcessFacts {
  const same = live.filter(
    ({ name, executable }) => name === process.name && executable === process.executable,
  )
  return {
    ...process,
    openFiles: union(
      process.openFiles,
      same.flatMap(({ openFiles }) => openFiles),
      ({ path, writable }) => `${writable} ${path}`,
    ),
    libraries: union(
      process.libraries,
      same.flatMap(({ libraries }) => libraries),
      (path) => path,
    ),
    executableMemory: union(
      process.executableMemory,
      same.flatMap(({ executableMemory }) => executableMemory),
      (text) => text,
    ),
  }
}

/**
 * Merges facts of a clone with those that only real traffic shows: a clone has no peers, no uploads and no requests.
 * Settings and identities are the clone's, where the earlier stages are in force.
 */
export function mergeLiveFacts(clone: Facts, live: Facts): Facts {
  // Who runs as an account that is idle in the clone, only the live machine knows.
  const { freeAccount: inClone, ...rest } = clone
  const free = inClone?.idle === undefined ? inClone : live.freeAccount
  return {
    ...rest,
    ...(free === undefined ? {} : { freeAccount: free }),
    mounts: live.mounts,
    processes: clone.processes.map((process) => processWithLive(process, live.processes)),
    sockets: union(clone.sockets, live.sockets, ({ family, type, state, address, port, peer = '' }) =>
      [family, type, state, address, port, peer].join(' '),
    ),
    executables: union(clone.executables, live.executables, ({ path }) => path),
    writable: union(clone.writable, live.writable, ({ path }) => path),
  }
}
