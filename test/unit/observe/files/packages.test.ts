import { describe, expect, it } from 'vitest'
import {
  filesOfPackages,
  listedByRpm,
  parseDpkgSearch,
  parseVersions,
} from '../../../../src/observe/files/packages.ts'
import { memoryHost } from '../memory-host.ts'

describe('packages of a program', () => {
  it.each([
    ['nginx: /usr/sbin/nginx\n', ['nginx']],
    ['nginx-common, nginx: /etc/nginx\nlibc6:amd64: /lib/x.so\n', ['libc6:amd64', 'nginx', 'nginx-common']],
    ['diversion by dash from: /bin/sh\ndiversion by dash to: /bin/sh.distrib\ndash: /bin/sh\n', ['dash']],
    ['a: /x\na: /y\n', ['a']],
    ['dpkg-query: no path found matching pattern /opt/x', []],
  ])('of %j are %j', (text, names) => expect(parseDpkgSearch(text)).toEqual(names))

  it('have files, all of them, of what has a path', async () => {
    const host = memoryHost({
      files: {},
      programs: {
        'dpkg-query --search -- /usr/sbin/x': 'x: /usr/sbin/x\n',
        'dpkg-query --listfiles -- x': '/usr/sbin/x\n/srv/x',
      },
    })
    expect(await filesOfPackages(host, ['', '/usr/sbin/x'])).toEqual(['/usr/sbin/x', '/srv/x'])
    expect(await filesOfPackages(host, ['/opt/unknown'])).toEqual([])
  })

  it('have versions, where one is known', () => {
    expect(parseVersions('nginx 1.22.1-9\nlibc6:amd64 2.36\ngone \n\n')).toEqual({
      nginx: '1.22.1-9',
      'libc6:amd64': '2.36',
    })
  })
})

it('rpm names paths between lines about packages', () => {
  const text = '/etc/srv.conf\n/var/lib/srv\n(contains no files)\nfile /opt/x is not owned by any package\n'
  expect(listedByRpm(text)).toEqual(['/etc/srv.conf', '/var/lib/srv'])
})
