import { describe, expect, it } from 'vitest'
import { list, service } from '../../../../src/catalog/common/proposal.ts'
import { type KeptForUpstream, keptUpstream } from '../../../../src/session/export/kept-upstream.ts'
import { reportMarkdown } from '../../../../src/session/export/markdown.ts'
import type { KeptStage } from '../../../../src/session/store/store.ts'
import { here, kept } from './kept-here.ts'

const SAME = { proof: 'Proven.', changed: [] }

function written(stages: readonly KeptStage[], more: Partial<KeptForUpstream> = {}): string {
  const fragment = '/lib/systemd/system/web.service'
  return reportMarkdown(keptUpstream({ ...here(...stages), age: SAME, fragment, dropIns: [], ...more }))
}

/** The lines for the unit file. */
function linesOf(text: string): string[] {
  const [, code = ''] = text.split('```')
  return code.split('\n').filter((line) => line.includes('='))
}

const [EARLY, MIDDLE, LATE] = ['2026-11-20', '2026-11-21', '2026-11-22'].map(
  (day) => `${day}T10:00:00.000Z`,
) as [string, string, string]
const CLOCK = service('ProtectClock', 'yes')
const USER = service('User', 'web')
const BOUNDING = list('CapabilityBoundingSet', ['CAP_CHOWN'])

describe('what a package could take of what is kept', () => {
  it('is the rows without paths of the host, with when and how each was proven', () => {
    const files = [service('ProtectSystem', 'strict'), ...list('ReadWritePaths', ['-/srv/web'])]
    const text = written([
      kept('filesystem', { assignments: [...files, service('ProtectHome', 'yes')] }),
      kept('system', { assignments: [CLOCK] }),
    ])
    expect(linesOf(text)).toEqual(['ProtectSystem=full', 'ProtectHome=yes', 'ProtectClock=yes'])
    expect(text).toMatch(/strict.* was proven, with paths of the hosts, which denies more/)
    expect(text).toContain('Kept on 2026-11-26. Proven in a clone first, and live by a restart, 2 checks')
    expect(text).toContain('systemd 245 and newer')
  })

  it('names neither the host, its paths nor given commands, and claims no gain', () => {
    const paths = list('ReadWritePaths', ['-/srv/web'])
    const stage = kept('filesystem', { assignments: [service('ProtectSystem', 'strict'), ...paths] })
    const kind = here(stage)
    const text = written([stage], { machine: { ...kind.machine, host: 'secret-name' } })
    expect(text).not.toMatch(/secret-name|srv|two words/)
    expect(text).not.toContain('Exposure that it takes away')
    expect(text).toContain('machine 1')
  })

  it.each<[string, KeptStage[], string[]]>([
    [
      'what was kept before the account',
      [
        kept('capabilities', { assignments: BOUNDING, at: EARLY }),
        kept('user', { assignments: [USER], at: MIDDLE }),
        kept('system', { assignments: [CLOCK], at: LATE }),
      ],
      ['CapabilityBoundingSet=', 'CapabilityBoundingSet=CAP_CHOWN'],
    ],
    [
      'nothing of a stage that was kept again after it',
      [
        kept('capabilities', { assignments: BOUNDING, first: EARLY, at: LATE }),
        kept('user', { assignments: [USER], at: MIDDLE }),
      ],
      [],
    ],
    [
      'nothing of what was kept at once with it',
      [kept('all', { assignments: [...BOUNDING, USER, CLOCK] })],
      [],
    ],
    [
      'nothing that no clone has proven',
      [kept('system', { assignments: [CLOCK], proof: { clone: false, checks: 1, exercises: 0 } })],
      [],
    ],
  ])('is %s', (_, stages, lines) => {
    expect(linesOf(written(stages))).toEqual(lines)
  })

  it('says why the rest is left out, and how more could be proven', () => {
    const text = written([kept('all', { assignments: [...BOUNDING, USER] })])
    expect(text).toContain('CapabilityBoundingSet: It was proven under another account')
    expect(text).toMatch(/hardenctl undo web takes it back, and hardenctl plan web .*skip User/)
  })

  it('says where the unit is not as a package has it, and where the proof is old', () => {
    const stages = [kept('system', { assignments: [CLOCK] })]
    expect(written(stages)).not.toMatch(/drop-in|where packages put one/)
    const text = written(stages, {
      age: { proof: '', changed: ['kernel 6.1 then, 6.12 now'] },
      fragment: '/etc/systemd/system/web.service',
      dropIns: ['/etc/systemd/system/web.service.d/own.conf'],
    })
    expect(text).toContain('The proof is older than what it was made with: kernel 6.1 then, 6.12 now')
    expect(text).toContain('is not where packages put one')
    expect(text).toContain('One drop-in of that machine changed the unit too')
    expect(text).not.toContain('own.conf')
  })
})
