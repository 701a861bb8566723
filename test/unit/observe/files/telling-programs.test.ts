import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startsCgi, startsPrograms } from '../../../../src/observe/files/telling-imports.ts'
import { readTellingPrograms } from '../../../../src/observe/files/telling-programs.ts'
import {
  namesCgi,
  namesHomes,
  namesMailer,
  namesOfKernel,
  setsAttributesOfRoot,
  tellsOfMachine,
  tellsOfMounts,
  tellsOfStart,
} from '../../../../src/observe/files/telling-texts.ts'
import { binary, emptyFacts, process as processOf } from '../../catalog/build-facts.ts'
import { memoryHost } from '../memory-host.ts'

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

test.each([
  ['/proc/loadavg /proc/meminfo', false],
  ['/etc/mtab', true],
  ['/proc/self/mountinfo', true],
  ['/proc/%d/mounts', true],
])('%s: tells of mounts: %s', (text, tells) => {
  expect(tellsOfMounts(new TextEncoder().encode(text))).toBe(tells)
})

test('tells when its process began by a metric of that name', () => {
  const told = (text: string) => tellsOfStart(new TextEncoder().encode(text))
  expect(told('\0process_start_time_seconds\0')).toBe(true)
  expect(told('/proc/stat btime')).toBe(false)
})

test.each([
  ['~/.plan', ['getpwnam'], true],
  ['~/.plan', ['open'], false],
  ['~/', ['getpwuid_r'], false],
])('%j with %j names a file of homes: %s', (text, imports, names) => {
  expect(namesHomes(new TextEncoder().encode(text), imports)).toBe(names)
})

test.each([
  ['\0trusted.srv.id\0', ['lsetxattr'], true],
  ['\0trusted.srv.id\0', ['getxattr'], false],
  ['\0user.srv.id\0', ['setxattr'], false],
  ['\0a trusted.party\0', ['setxattr'], false],
])('%j with %j sets attributes that are root’s alone: %s', (text, imports, sets) => {
  expect(setsAttributesOfRoot(new TextEncoder().encode(text), imports)).toBe(sets)
})

test('names the mailer by its path', () => {
  const named = (text: string) => namesMailer(new TextEncoder().encode(text))
  expect(named('/usr/sbin/sendmail -t -i\0')).toBe(true)
  expect(named('sendmail_path')).toBe(false)
})

test.each([
  ['/usr/lib/srv/shell.so', '/usr/lib/srv/shell.so'],
  // Straight in the system's folder it is everybody's.
  ['/usr/lib/libsrv.so', undefined],
])('%s, which calls for programs: a plug-in that starts some is %s', async (path, starts) => {
  // As good as a library that imports execvp.
  const host = memoryHost({ files: { [path]: readFileSync('/usr/bin/env') } })
  const facts = { ...emptyFacts(), processes: [processOf(10, 990, { libraries: [path] })] }
  const told = await readTellingPrograms(host, facts, new Set())
  expect(told.starts).toBe(starts)
})

test.each([
  [['open', 'execvp'], true],
  [['_ZN7Process6popen2EPKc'], true],
  [['g_spawn_async'], true],
  [['PQexec', 'fork'], false],
])('a plug-in that imports %j starts programs: %s', (imports, starts) => {
  expect(startsPrograms(imports)).toBe(starts)
})

test.each([
  ['/usr/lib/x86_64-linux-gnu/libaria2.so.0.0.0', '/usr/bin/aria2c', true],
  ['/usr/lib/x86_64-linux-gnu/libknot.so.15', '/usr/sbin/knotd', true],
  ['/usr/lib/x86_64-linux-gnu/libssl.so.3', '/usr/sbin/sslh', false],
  ['/usr/lib/x86_64-linux-gnu/libcrypto.so.3', '/usr/bin/aria2c', false],
])('what %s calls, %s calls: %s', async (library, program, counts) => {
  const host = memoryHost({ files: { [library]: readFileSync('/usr/bin/env'), [program]: 'x' } })
  const facts = {
    ...emptyFacts(),
    executables: [binary(program)],
    processes: [processOf(10, 990, { libraries: [library] })],
  }
  const told = await readTellingPrograms(host, facts, new Set())
  expect(told.imports.includes('execvp')).toBe(counts)
})

test('a gateway sets the variables of CGI', () => {
  const text = (...names: string[]) => Buffer.from(`\0${names.join('\0')}\0`)
  const all = ['GATEWAY_INTERFACE', 'QUERY_STRING', 'REQUEST_METHOD', 'SCRIPT_NAME']
  expect(namesCgi(text(...all))).toBe(true)
  expect(namesCgi(text(...all.slice(1)))).toBe(false)
})

test.each([
  ['\0/proc/loadavg\0', '/proc/loadavg'],
  ['\0/proc/net/arp\0', '/proc/net/arp'],
  ['\0/proc/self/maps\0/proc/%d/stat\0', undefined],
  ['\0see /proc/meminfo for more\0', undefined],
])('a file about the machine in %j: %s', (text, path) => {
  expect(namesOfKernel(new TextEncoder().encode(text))).toBe(path)
})

test.each([
  [['apr_proc_create', 'ap_add_cgi_vars'], true],
  [['apr_proc_create'], false],
  [['ap_add_cgi_vars'], false],
])('a plug-in that imports %j starts programs by CGI: %s', (imports, does) => {
  expect(startsCgi(new Set(imports))).toBe(does)
})
