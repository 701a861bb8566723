import { describe, expect, it } from 'vitest'
import type { Host, KernelProcesses } from '../../../../src/host/host.ts'
import { attributedRecords } from '../../../../src/trial/health/killed.ts'
import { Sightings } from '../../../../src/trial/health/sightings.ts'

const GROUP = '/system.slice/srv.service'
const FILTER = { calls: 'read write', architectures: '', uid: undefined }

interface Call {
  pid?: number
  exe?: string
  signal?: number
}

const line = ({ pid = 5015, exe = '/usr/sbin/srv', signal = 31 }: Call, id: number) =>
  `[ 1.0] audit: type=1326 audit(1795474717.832:${id}): uid=0 pid=${pid} comm="srv" exe="${exe}" ` +
  `sig=${signal} arch=${process.arch === 'arm64' ? 'c00000b7' : 'c000003e'} syscall=141 compat=0 ip=0x7f code=0x0`

interface Machine {
  calls: Call[]
  /** Members of the unit's group, and the names of all others, by id; undefined in a PID namespace of its own. */
  kernel?: { own: number[]; others: Record<number, string> }
  isClone?: boolean
}

function machine({ calls, kernel, isClone = false }: Machine): Host {
  const stdout = calls.map((call, index) => line(call, index)).join('\n')
  const processes: KernelProcesses | undefined = kernel && {
    members: async (folder) => (folder === `/sys/fs/cgroup${GROUP}` ? kernel.own : []),
    living: async () => [...kernel.own, ...Object.keys(kernel.others).map(Number)],
    nameOf: async (pid) => kernel.others[pid],
  }
  return {
    isClone,
    kernelProcesses: processes,
    run: async ([program]: readonly string[]) => ({ stdout: program === 'dmesg' ? stdout : '' }),
    read: async (path: string) =>
      path === '/proc/1/mountinfo' ? '1 2 0:3 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw' : undefined,
    resolve: async (path: string) => (path === '/bin/sh' ? '/usr/bin/dash' : path),
  } as unknown as Host
}

async function blamed(wish: Machine, executables: string[], allPrograms = false): Promise<number[]> {
  const host = machine(wish)
  const witnesses = { executables, allPrograms, sightings: new Sightings(host) }
  const found = await attributedRecords(host, FILTER, 0, GROUP, witnesses)
  return found.map(({ id }) => id)
}

it('takes no call for killed that was let through and logged', async () => {
  expect(await blamed({ calls: [{ signal: 0 }, {}, { signal: 0 }] }, ['/usr/sbin/srv'])).toEqual([1])
})

describe('whose call was killed', () => {
  const same = { calls: [{ pid: 10 }, { pid: 20 }] }

  it.each([false, true])(
    'tells two units of the same program apart by their group (clone: %s)',
    async (isClone) => {
      const kernel = { own: [10], others: { 20: 'srv' } }
      expect(await blamed({ ...same, kernel, isClone }, ['/usr/sbin/srv'], true)).toEqual([0])
    },
  )

  it('does not take a child of PID 1 on its way to the unit’s group for somebody else’s', async () => {
    const kernel = { own: [], others: { 10: '(srv)', 20: 'systemd-executo' } }
    expect(await blamed({ ...same, kernel }, ['/usr/sbin/srv'], true)).toEqual([0, 1])
  })

  const helper = { calls: [{ exe: '/usr/bin/chown' }] }
  const nobody = { own: [], others: {} }
  it.each([
    ['the trace shows it', helper, ['/usr/bin/chown'], true, true],
    ['a link to it is known', { calls: [{ exe: '/usr/bin/dash' }] }, ['/bin/sh'], true, true],
    [
      'it was replaced meanwhile',
      { calls: [{ exe: '/usr/sbin/srv (deleted)' }] },
      ['/usr/sbin/srv'],
      true,
      true,
    ],
    ['no trace told its programs', helper, ['/usr/sbin/srv'], false, true],
    ['another container shares the log', helper, ['/usr/sbin/srv'], true, false],
    [
      'another clone shares the log',
      { ...helper, isClone: true, kernel: nobody },
      ['/usr/sbin/srv'],
      true,
      false,
    ],
    ['the live service is at stake', { ...helper, kernel: nobody }, ['/usr/sbin/srv'], true, true],
  ] as const)('of a process that nobody saw, where %s', async (_, wish, executables, allPrograms, own) => {
    const told = await blamed({ ...wish, calls: [...wish.calls] } as Machine, [...executables], allPrograms)
    expect(told).toEqual(own ? [0] : [])
  })

  it('remembers a process that has gone since', async () => {
    const kernel = { own: [10], others: { 20: 'srv' } as Record<number, string> }
    const host = machine({ calls: [{ pid: 10 }, { pid: 20 }], kernel })
    const sightings = new Sightings(host)
    await sightings.look(GROUP)
    kernel.own = []
    kernel.others = {}
    const found = await attributedRecords(host, FILTER, 0, GROUP, {
      executables: ['/usr/sbin/srv'],
      sightings,
    })
    expect(found.map(({ pid }) => pid)).toEqual([10])
  })
})
