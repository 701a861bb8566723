import { expect, it } from 'vitest'
import { parseExposures, parseSaidChecks } from '../../../../src/systemd/exposure/security.ts'

const TABLE = [
  '  NAME                          DESCRIPTION                                      EXPOSURE',
  "✗ RootDirectory=/RootImage=     Service runs within the host's root directory         0.1",
  '  SupplementaryGroups=          Service runs as root, option does not matter            ',
  '✓ AmbientCapabilities=          Service process does not receive ambient capabilities   ',
  '✗ RestrictAddressFamilies=~…    Service may allocate exotic sockets                   0.3',
  '✗ Unheard=                      Version 2.0 of it                                     0.1',
  '',
  '→ Overall exposure level for nginx.service: 9.6 UNSAFE',
].join('\n')

it('reads the table of systemd-analyze in its words and order', () => {
  expect(parseSaidChecks(TABLE).map(({ jsonField, passed }) => [jsonField, passed])).toEqual([
    ['RootDirectoryOrRootImage', false],
    ['SupplementaryGroups', undefined],
    ['AmbientCapabilities', true],
    ['RestrictAddressFamilies_OTHER', false],
    [undefined, false],
  ])
  expect(parseSaidChecks(TABLE)[4]?.description).toBe('Version 2.0 of it')
})

it('knows the namespaces by the names of 249 and older', () => {
  const old = [
    '  NAME                               DESCRIPTION                            EXPOSURE',
    '✗ RestrictNamespaces=~CLONE_NEWUSER  Service may create user namespaces     0.3',
  ].join('\n')
  expect(parseSaidChecks(old)).toEqual([
    {
      jsonField: 'RestrictNamespaces_user',
      name: 'RestrictNamespaces=~CLONE_NEWUSER',
      description: 'Service may create user namespaces',
      passed: false,
    },
  ])
})

it('reads nothing out of an error', () => {
  expect(parseSaidChecks('Unit x.service not found.')).toEqual([])
})

it('all exposures are read from the list of services, and nothing else of it', () => {
  const text = `UNIT                 EXPOSURE PREDICATE HAPPY
a@b\\x2dc.service         9.6 UNSAFE    😨
systemd-logind.service     2.8 OK        🙂
x.service                 10.0 DANGEROUS 😨
`
  expect([...parseExposures(text)]).toEqual([
    ['a@b\\x2dc.service', 96],
    ['systemd-logind.service', 28],
    ['x.service', 100],
  ])
})
