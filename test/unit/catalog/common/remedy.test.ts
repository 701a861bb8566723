import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { applyRemedy, missingText, type Remedy, remedyText } from '../../../../src/catalog/common/remedy.ts'
import type { Assignment } from '../../../../src/catalog/common/types.ts'
import { GROUPS } from '../build-facts.ts'

const BOUND = service('CapabilityBoundingSet', '')
const NOEXEC = service('NoExecPaths', '/')
const FAMILIES = service('RestrictAddressFamilies', 'AF_INET')
const FILTER = service('SystemCallFilter', '@system-service')

describe('a remedy', () => {
  it.each<[Remedy, Assignment[], string[]]>([
    [{ kind: 'capability', name: 'CAP_CHOWN' }, [BOUND], ['=', '=CAP_CHOWN']],
    [{ kind: 'address-family', name: 'AF_UNIX' }, [FAMILIES], ['=AF_INET', '=AF_UNIX']],
    [{ kind: 'address-family', name: 'AF_INET' }, [FAMILIES], ['=AF_INET']],
    [{ kind: 'read-write-path', path: '/srv/a' }, [], ['=-/srv/a']],
    [{ kind: 'exec-path', path: '/usr/bin/x' }, [NOEXEC], ['=/', '=-/usr/bin/x']],
    [{ kind: 'optional-path', path: '/srv' }, [service('ReadWritePaths', '/srv /srv/a')], ['=-/srv /srv/a']],
    [{ kind: 'refuse-softly', name: 'chown', by: '' }, [FILTER], ['=@system-service', '=~chown:EPERM']],
  ])('%j', (remedy, before, after) => {
    expect(applyRemedy(before, remedy)?.map(({ value }) => `=${value}`)).toEqual(after)
  })

  it('that allows a call takes its refusal away', () => {
    const refused = [FILTER, service('SystemCallFilter', '~chown:EPERM')]
    const after = applyRemedy(refused, { kind: 'system-call', name: 'chown', by: '' })
    expect(after).not.toContainEqual(refused[1])
  })

  it('that only leaves something out has no assignments of its own', () => {
    expect(applyRemedy([FILTER], { kind: 'drop', key: 'SystemCallFilter' })).toBeUndefined()
    expect(applyRemedy([FILTER], { kind: 'step-down', key: 'SystemCallFilter' })).toBeUndefined()
  })

  it('names a call’s smallest group and the caller', () => {
    const text = remedyText({ kind: 'system-call', name: 'fchownat', by: 'chown' }, GROUPS)
    expect(text).toBe('allow fchownat (of @chown), which chown called')
    expect(remedyText({ kind: 'system-call', name: 'new_call', by: '' }, GROUPS)).toBe(
      'allow new_call, which the service called',
    )
  })
})

it.each<[Remedy, string | undefined]>([
  [{ kind: 'system-call', name: 'fchownat', by: 'chown' }, 'the system call fchownat (called by chown)'],
  [{ kind: 'capability', name: 'CAP_CHOWN' }, 'CAP_CHOWN'],
  [{ kind: 'read-write-path', path: '/srv/x' }, 'to write /srv/x'],
  [{ kind: 'drop', key: 'PrivateTmp' }, undefined],
])('names what was missing, and no guess (%#)', (remedy, text) => {
  expect(missingText(remedy)).toBe(text)
})
