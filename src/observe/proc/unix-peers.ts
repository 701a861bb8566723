import type { Host } from '../../host/host.ts'

/** One end of a connection between Unix sockets. */
interface End {
  /** A path, "@NAME" for an abstract one, "*" for none. */
  local: string
  inode: string
  peer: string
  pids: number[]
}

const END = /^u_(?:str|dgr|seq)\s+\S+\s+\d+\s+\d+\s+(\S+)\s+(\d+)\s+\*\s+(\d+)(.*)$/

/** What `ss -xpH` prints: ss(8). */
function endsOf(text: string): End[] {
  return text.split('\n').flatMap((line): End[] => {
    const [, local, inode, peer, users = ''] = END.exec(line) ?? []
    if (local === undefined || inode === undefined || peer === undefined) return []
    return [{ local, inode, peer, pids: [...users.matchAll(/\bpid=(\d+)/g)].map(([, pid]) => Number(pid)) }]
  })
}

/**
 * The socket of a service by which PID 1 is its client, by what `ss -xpH` printed and the service's processes. A socket at
 * a path is the one that serves: services are clients of PID 1 too.
 */
export function servesPid1(text: string, service: readonly number[]): string | undefined {
  const ends = endsOf(text)
  const asked = new Set(
    // What others gave it to keep for them is theirs: systemd.service(5), FileDescriptorStoreMax=.
    ends.filter(({ pids, local }) => pids.join() === '1' && !local.startsWith('/')).map(({ peer }) => peer),
  )
  return ends.find(
    (end) => asked.has(end.inode) && end.pids.some((pid) => pid !== 1 && service.includes(pid)),
  )?.local
}

/** The same of a host; undefined where that can't be told. */
export async function socketToPid1(host: Host, pids: readonly number[]): Promise<string | undefined> {
  return servesPid1((await host.run(['ss', '-xpH'])).stdout, pids)
}
