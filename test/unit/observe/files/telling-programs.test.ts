import { expect, test } from 'vitest'
import { tellsOfMachine } from '../../../../src/observe/files/telling-programs.ts'

test.each<[string, boolean]>([
  ['\0/proc/loadavg\0/proc/vmstat\0/proc/diskstats\0', true],
  // Written one after the other, as some compilers do.
  ['/procsoftirqsmeminfosockstat', true],
  // Who sizes itself by the machine reads one or two.
  ['\0/proc/meminfo\0/proc/loadavg\0/proc/self/maps\0', false],
  ['loadavg vmstat diskstats', false],
  ['', false],
])('%j tells of the whole machine: %s', (text, tells) => {
  expect(tellsOfMachine(new TextEncoder().encode(text))).toBe(tells)
})
