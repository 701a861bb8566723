import { describe, expect, test } from 'vitest'
import { namedThings } from '../../../../src/observe/config/named-things.ts'
import type { Facts, ProcessFacts } from '../../../../src/observe/facts.ts'
import { emptyFacts, NOTHING_LEARNED, process } from '../../catalog/build-facts.ts'
import { type Entry, memoryHost } from '../memory-host.ts'

const OWN = 990
/** A daemon of root that is somebody else between two jobs. */
const ASIDE = { ...process(10, OWN), uid: { real: OWN, effective: OWN, saved: 0, filesystem: OWN } }

function folder(uid: number, mode: number, gid = uid): Entry {
  return { stat: { kind: 'directory', uid, gid, mode } }
}

async function named(
  text: string,
  files: Record<string, Entry>,
  over: Partial<Facts> = {},
  programs: Record<string, string> = {},
) {
  const facts = { ...emptyFacts(), processes: [process(10, OWN, { isMain: true })], ...over }
  const host = memoryHost({ files: { '/etc/srv/srv.conf': text, ...files }, programs })
  const found = await namedThings(host, facts, ['/etc/srv/srv.conf'], new Set(['alice']), new Set())
  return found.map(({ kind, name }) => `${kind} ${name}`)
}

describe('a folder that a configuration names', () => {
  test.each<[string, string, Entry, ProcessFacts[], string[]]>([
    ['belongs to its account', '/data/store', folder(OWN, 0o700), [process(10, OWN)], ['folder /data/store']],
    ['is of its group', '/data/store', folder(0, 0o775, OWN), [process(10, OWN)], ['folder /data/store']],
    [
      'is of root, as the whole service',
      '/data/store',
      folder(0, 0o755),
      [process(10, 0)],
      ['folder /data/store'],
    ],
    ['is of root, which is laid aside', '/data/store', folder(0, 0o755), [ASIDE], ['folder /data/store']],
    [
      'is of root, and so is its master',
      '/data/store',
      folder(0, 0o755),
      [process(10, 0), process(11, OWN)],
      [],
    ],
    ['may only be read', '/data/store', folder(0, 0o755), [process(10, OWN)], []],
    ['is of the system', '/usr/share/srv', folder(OWN, 0o755), [process(10, OWN)], []],
    ['is shared by all services', '/var/lib', folder(0, 0o755), [process(10, 0)], []],
    ['is of all sites', '/srv', folder(0, 0o755), [process(10, 0)], ['folder /srv']],
    ['is of all sites, and may only be read', '/srv', folder(0, 0o755), [process(10, OWN)], []],
    ['lies straight in /var', '/var/data', folder(OWN, 0o755), [process(10, OWN)], ['folder /var/data']],
    ['has all homes', '/home', folder(0, 0o755), [process(10, 0)], []],
  ])('%s', async (_, path, entry, processes, expected) => {
    expect(await named(`store = ${path}\n`, { [path]: entry }, { processes })).toEqual(expected)
  })

  test('counts for a file in it that is there, or that is yet to be made', async () => {
    const files = { '/data/store': folder(OWN, 0o755), '/data/store/now.db': 'x' }
    expect(await named('store = /data/store/now.db\n', files)).toEqual(['folder /data/store'])
    expect(await named('log = /data/store/later.log\n', files)).toEqual(['folder /data/store'])
  })

  test('counts in its arguments and its environment too', async () => {
    const files = {
      '/data/a': folder(OWN, 0o755),
      '/data/b': folder(OWN, 0o755),
      '/proc/10/environ': 'KEY=s\0STORE=/data/b\0',
    }
    const argv = ['/usr/sbin/srv', '--store=/data/a']
    const over = { processes: [process(10, OWN, { isMain: true, argv })] }
    expect(await named('', files, over)).toEqual(['folder /data/a', 'folder /data/b'])
  })
})

test('what packages leave for a reader of all logs names nothing of one service', async () => {
  const rules = '/etc/logcheck/ignore.d.server/srv'
  const files = {
    [rules]: 'run /srv/hook\n',
    '/srv/hook': { text: '#!/bin/sh\n', stat: { kind: 'file' as const, mode: 0o755 } },
  }
  const facts = { ...emptyFacts(), processes: [process(10, 0, { isMain: true })] }
  expect(await namedThings(memoryHost({ files }), facts, [rules], new Set(), new Set())).toEqual([])
})

test.each(['default', 'sysconfig', 'conf.d'])(
  'a file of its own in /etc/%s is read, and none of the others there',
  async (folder) => {
    const [own, other, conf] = [`/etc/${folder}/srv`, `/etc/${folder}/useradd`, '/etc/srv/srv.conf']
    const script = { text: '#!/bin/sh\n', stat: { kind: 'file' as const, mode: 0o755 } }
    const found = (places: string, files: string[]) => ({
      [`find ${places} -maxdepth 4 -type f -size -512 -print0`]: files.join('\0'),
    })
    const files = {
      [own]: 'HOOK=/srv/hook\n',
      [other]: 'SHELL=/srv/shell\n',
      '/srv/hook': script,
      '/srv/shell': script,
    }
    const programs = { ...found('/etc/srv', [conf]), ...found(`/etc/${folder} /etc/srv`, [own, other, conf]) }
    const unit = { ...emptyFacts().unit, properties: { EnvironmentFiles: [`${own} (ignore_errors=no)`] } }
    const over = { unit, processes: [process(10, 0, { isMain: true })] }
    expect(await named('', files, over, programs)).toEqual(['program /srv/hook'])
  },
)

test('a program that somebody here wrote is told from those of packages', async () => {
  const script = { text: '#!/bin/sh\nexit 0\n', stat: { kind: 'file' as const, mode: 0o755 } }
  const files = {
    '/etc/srv/srv.conf': 'hook /srv/hook\npanic /usr/share/srv/panic\n',
    '/srv/hook': script,
    '/usr/share/srv/panic': script,
  }
  const facts = { ...emptyFacts(), processes: [process(10, 0, { isMain: true })] }
  const found = await namedThings(memoryHost({ files }), facts, ['/etc/srv/srv.conf'], new Set(), new Set())
  expect(found.filter(({ kind }) => kind === 'program').map(({ name, script }) => [name, script])).toEqual([
    ['/srv/hook', true],
    ['/usr/share/srv/panic', undefined],
  ])
})

describe('what its command line and environment name', () => {
  const main = (argv: string[]) => ({ processes: [process(10, 0, { isMain: true, argv })] })

  test.each([
    ['an option', ['srv', '--on-done=/srv/done'], ['program /srv/done']],
    ['the word behind an option', ['srv', '-f', '/etc/x.conf', '--up', '/srv/done'], ['program /srv/done']],
    ['an address of socat', ['socat', 'TCP-LISTEN:7,fork', 'EXEC:/srv/done,pty'], ['program /srv/done']],
    ['the script of an interpreter', ['python3', '-u', '/srv/done'], []],
    ['an option, which is an empty file', ['srv', '--mark=/srv/mark'], []],
    ['a home', ['srv', '--on-done=/home/bob/done'], ['home /home/bob/done', 'program /home/bob/done']],
    ['the address of a page', ['srv', 'https://srv/done'], []],
  ])('a program in %s', async (_, argv, wanted) => {
    const script = { text: '#!/bin/sh\n', stat: { kind: 'file' as const, mode: 0o755 } }
    const files = { '/srv/done': script, '/home/bob/done': script, '/srv/mark': { ...script, text: '' } }
    expect(await named('', files, main(argv))).toEqual(wanted)
  })

  test('a folder in a command for a shell, and the one that it works in', async () => {
    const files = {
      '/data/a': folder(0, 0o755),
      '/data/b': folder(0, 0o755),
      '/proc/10/cwd': { link: '/data/b' },
    }
    const argv = ['/bin/sh', '-c', 'exec srv --store=/data/a >/dev/null']
    expect(await named('', files, main(argv))).toEqual(['folder /data/a', 'folder /data/b'])
  })

  test('the folder that it works in, which counts for more where its configuration names it', async () => {
    const files = { '/data/a': folder(0, 0o755), '/proc/10/cwd': { link: '/data/a' } }
    const workplaces = async (text: string) => {
      const host = memoryHost({ files: { '/etc/srv/srv.conf': text, ...files } })
      const facts = { ...emptyFacts(), ...main(['/usr/sbin/srv']) }
      const found = await namedThings(host, facts, ['/etc/srv/srv.conf'], new Set(), new Set())
      return found.map(({ name, workplace }) => [name, workplace])
    }
    expect(await workplaces('')).toEqual([['/data/a', true]])
    expect(await workplaces('store = /data/a\n')).toEqual([['/data/a', undefined]])
  })

  test('all homes', async () => {
    const files = { '/home': folder(0, 0o755) }
    expect(await named('', files, main(['/usr/sbin/srv', '-r', '/home']))).toEqual(['home /home'])
  })

  test('machines, without their passwords, and not this one', async () => {
    const argv = ['/usr/sbin/srv', '--host', 'db.corp.net', '--listen', '127.0.0.1']
    const files = {
      '/proc/10/environ': 'DATABASE_URL=postgres://user:secret@store.corp.net:5432/x\0HOST=localhost',
    }
    expect(await named('', files, main(argv))).toEqual(['host db.corp.net', 'host store.corp.net'])
  })
})

describe('a file that a configuration names, straight in a folder of everybody’s', () => {
  const image = (uid: number, mode = 0o644): Entry => ({ stat: { kind: 'file', uid, gid: uid, mode } })
  test.each<[string, string, Entry, string[]]>([
    ['that it may write', '/srv/disk.img', image(OWN), ['file /srv/disk.img']],
    ['that it may only read', '/srv/disk.img', image(0), []],
    ['of the system', '/etc/srv.db', image(OWN), []],
    ['straight in /', '/disk.img', image(OWN), ['file /disk.img']],
    ['that is a program', '/opt/srv.mjs', image(OWN), []],
    ['that has settings', '/opt/srv.json', image(OWN), []],
    [
      'that is a device',
      '/dev/sdb',
      { stat: { kind: 'block', uid: 0, gid: 6, mode: 0o660 } },
      ['device /dev/sdb'],
    ],
    [
      'that is a device of everybody',
      '/dev/urandom',
      { stat: { kind: 'char', uid: 0, gid: 0, mode: 0o666 } },
      [],
    ],
  ])('%s', async (_, path, entry, expected) => {
    expect(await named(`store = ${path}\n`, { [path]: entry })).toEqual(expected)
  })
})

test('a device that is not plugged in now', async () => {
  expect(await named('port = /dev/ttyUSB0\nlog = /dev/xconsole\n', {})).toEqual(['device /dev/ttyUSB0'])
})

test('a folder with programs in it is told from one without', async () => {
  const find = (path: string) => `find ${path} -maxdepth 3 -type f -perm /111 -print -quit`
  const files = { '/srv/site': folder(0, 0o755), '/srv/plain': folder(0, 0o755) }
  const programs = { [find('/srv/site')]: '/srv/site/cgi-bin/add\n', [find('/srv/plain')]: '' }
  expect(await named('root /srv/site;\nroot /srv/plain;\n', files, {}, programs)).toEqual([
    'programs /srv/site',
  ])
})

test.each<[string, string[], Record<string, string>, boolean]>([
  ['only has logs of its own', [`${OWN} /srv/site/log`], { '/srv/site/log': 'started' }, false],
  [
    'only has a log of root that it writes',
    ['0 /srv/site/open.log'],
    { '/srv/site/open.log': 'started' },
    false,
  ],
  ['has a script of its own', [`${OWN} /srv/site/hook`], { '/srv/site/hook': '#!/bin/sh\n' }, true],
  ['has what another put there', [`0 /srv/site/job`], { '/srv/site/job': 'echo hello' }, true],
  ['has something that nobody can read', [`${OWN} /srv/site/bin`], {}, true],
])('a folder of executable files that %s', async (_, all, files, isOfPrograms) => {
  const find = 'find /srv/site -maxdepth 3 -type f -perm /111'
  const programs = {
    [`${find} -print -quit`]: '/srv/site/any\n',
    [`${find} -printf %U %p\\0`]: all.map((line) => `${line}\0`).join(''),
  }
  const log = {
    path: '/srv/site/open.log',
    descriptor: 3,
    kind: 'file',
    writable: true,
    deleted: false,
  } as const
  const over = { processes: [process(10, OWN, { isMain: true, openFiles: [log] })] }
  const found = await named('root /srv/site;\n', { '/srv/site': folder(0, 0o755), ...files }, over, programs)
  expect(found).toEqual(isOfPrograms ? ['programs /srv/site'] : [])
})

test('a file in /tmp is named whether it is there or not, /tmp itself is not', async () => {
  expect(await named('tmpdir = /tmp\nexchange = /tmp/drop/in.xml\n', {})).toEqual([
    'temporary /tmp/drop/in.xml',
  ])
})

describe('a file that every package adds to', () => {
  const noted = (path: string) => ({ path, uses: ['read' as const], sightings: [] })
  const files = {
    '/etc/logrotate.conf': 'include /etc/logrotate.d\n',
    '/etc/logrotate.d/other': 'log /data/store/log\n',
    '/data/store': folder(OWN, 0o755),
  }
  const learned = { ...NOTHING_LEARNED, noted: Object.keys(files).map(noted) }
  const running = (argv: string[]) => [process(10, OWN, { isMain: true, argv })]

  test('configures the service whose arguments name it, with the parts in the folder beside it', async () => {
    const processes = running(['/usr/sbin/turn', '/etc/logrotate.conf'])
    expect(await named('', files, { processes, learned })).toEqual(['folder /data/store'])
  })

  test('and no other service that was seen to read it', async () => {
    expect(await named('', files, { processes: running(['/usr/sbin/srv']), learned })).toEqual([])
  })
})

test('a file that is switched off by a missing link is not read', async () => {
  const pattern = '<Directory /home/*/pages>\n'
  const available = '/etc/srv/mods-available/homes.conf'
  const off: Record<string, Entry> = {
    [available]: pattern,
    '/etc/srv/mods-enabled': { stat: { kind: 'directory' } },
  }
  const found = async (files: Record<string, Entry>) => {
    const host = memoryHost({ files })
    const facts = { ...emptyFacts(), processes: [process(10, OWN, { isMain: true })] }
    return (await namedThings(host, facts, [available], new Set(), new Set())).map(({ kind }) => kind)
  }
  expect(await found(off)).toEqual([])
  expect(await found({ ...off, '/etc/srv/mods-enabled/homes.conf': { link: available } })).toEqual(['home'])
  expect(await found({ [available]: pattern })).toEqual(['home'])
})

test('a program beside its configuration is one that it may start, and one among those of others is not', async () => {
  const script = { text: '#!/bin/sh\n', stat: { kind: 'file' as const, mode: 0o755 } }
  const data = { text: 'x', stat: { kind: 'file' as const, mode: 0o755 } }
  const files = { '/etc/srv/net/up': script, '/etc/srv/data': data, '/etc/events/srv': script }
  const found = ['/etc/srv/net/up', '/etc/srv/data'].join('\0')
  const programs = { 'find /etc/srv -maxdepth 4 -type f -perm /111 -print0': found }
  const facts = { ...emptyFacts(), processes: [process(10, 0, { isMain: true })] }
  const host = memoryHost({ files: { '/etc/srv/srv.conf': 'x = 1\n', ...files }, programs })
  const packaged = ['/etc/srv/srv.conf', '/etc/events/srv']
  const things = await namedThings(host, facts, packaged, new Set(), new Set())
  expect(things).toEqual([{ kind: 'program', name: '/etc/srv/net/up', where: '/etc/srv/net', script: true }])
})

test('a folder of pages with commands in them is one of programs', async () => {
  const pages = 'find /srv/pages -maxdepth 3 -type f -size -64k -exec grep -lsF <!--#exec {} +'
  const files = { '/srv/pages': folder(0, 0o755) }
  const found = (text: string) => named('root /srv/pages\n', files, {}, { [pages]: text })
  expect(await found('/srv/pages/now.shtml\n')).toEqual(['programs /srv/pages'])
  expect(await found('')).toEqual([])
})

test('a program that a key for commands is set to is searched for, as a shell does', async () => {
  const file: Entry = { text: 'x', stat: { kind: 'file', uid: 0, gid: 0, mode: 0o755 } }
  const files = { '/usr/bin/rsync': file }
  expect(await named("archive_command = 'rsync %p b:/x'\nnote = rsync\n", files)).toEqual([
    'program /usr/bin/rsync',
  ])
})
