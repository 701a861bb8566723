import { expect, it } from 'vitest'
import { TrafficRecorder } from '../../../../src/session/learning/traffic-recorder.ts'
import { emptyFacts } from '../../catalog/build-facts.ts'
import { type MemoryMachine, memoryHost } from '../../observe/memory-host.ts'

const GROUP = '/system.slice/x.service'
const NOW = Date.now() + 60_000

function line(id: number, name: number, pid = 7, at = NOW): string {
  const time = `${Math.floor(at / 1000)}.${String(at % 1000).padStart(3, '0')}`
  return `[ 1.0] audit: type=1326 audit(${time}:${id}): uid=0 pid=${pid} comm="srv" exe="/usr/sbin/srv" sig=0 arch=c000003e syscall=${name} compat=0 ip=0x7f code=0x7ffc0000`
}

/** setpriority and chroot of x86_64. */
const [SETPRIORITY, CHROOT] = [141, 161]

function listening(machine: MemoryMachine) {
  const facts = emptyFacts()
  facts.unit.properties.ControlGroup = [GROUP]
  const on = { systemd: 257, kernel: '6.1', packages: {} }
  const calls = { log: 'kernel' as const, leftOut: new Set(['chroot']) }
  return new TrafficRecorder({ host: memoryHost(machine), facts, on, calls })
}

it('counts each record once, however often the log shows it', async () => {
  const machine = { files: {}, programs: { dmesg: [line(1, SETPRIORITY), line(2, SETPRIORITY)].join('\n') } }
  const ear = listening(machine)
  await ear.listen()
  machine.programs.dmesg += `\n${line(3, SETPRIORITY)}`
  await ear.listen()
  await ear.listen()
  expect(ear.learned?.calls).toMatchObject([{ name: 'setpriority', sightings: [{ count: 3 }] }])
  expect(ear.heard()).toMatchObject({ news: { calls: [{ name: 'setpriority', by: 'srv' }] }, lost: false })
})

it('leaves out what can’t be the unit’s: a call that is not logged for it, a living process of another', async () => {
  const files = {
    '/proc/8/exe': { link: '/usr/sbin/srv' },
    '/proc/8/cgroup': '0::/system.slice/y.service\n',
    '/proc/9/exe': { link: '/usr/sbin/srv' },
    '/proc/9/cgroup': `0::${GROUP}\n`,
  }
  const log = [line(1, CHROOT), line(2, SETPRIORITY, 8)].join('\n')
  const ear = listening({ files, programs: { dmesg: log } })
  await ear.listen()
  expect(ear.learned).toBeUndefined()
  const own = listening({ files, programs: { dmesg: line(3, SETPRIORITY, 9) } })
  await own.listen()
  expect(own.learned?.calls).toHaveLength(1)
})

it('says when as many came at once as the kernel lets through, and when it said that it dropped some', async () => {
  const many = Array.from({ length: 10 }, (_, at) => line(at, SETPRIORITY)).join('\n')
  const full = listening({ files: {}, programs: { dmesg: many } })
  await full.listen()
  expect(full.heard().lost).toBe(true)
  const dropped = `${line(1, SETPRIORITY)}\n[ 2.0] kauditd_printk_skb: 9 callbacks suppressed`
  const told = listening({ files: {}, programs: { dmesg: dropped } })
  await told.listen()
  expect(told.heard().lost).toBe(true)
})
