import { describe, expect, it } from 'vitest'
import { diffLines } from '../../../../src/session/plan/diff-lines.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { hereOf, planned } from './planned.ts'

const source = planned()
const plan = planOf(source)
const here = hereOf(source)

describe('a plan as a person reads it', () => {
  it('has the curve, the settings here and planned, and the drop-in', () => {
    const text = diffLines(plan, here).join('\n')
    expect(text).toMatch(/before +9\.2 UNSAFE\n +System restrictions +8\.1 EXPOSED/)
    expect(text).toMatch(/ProtectHostname +no +yes/)
    expect(text).toMatch(/RestrictAddressFamilies +not set +AF_INET AF_UNIX AF_INET6/)
    expect(text).toContain('  [Service]\n')
    expect(text).toContain('  ProtectHostname=yes\n')
    expect(text).toContain('What it was made on is the same here.')
  })

  it('says what gave way, and what was left out for which reason', () => {
    const text = diffLines(plan, here).join('\n')
    expect(text).toMatch(/gave way:\n +RestrictAddressFamilies: Without AF_UNIX it breaks: no log\./)
    expect(text).toMatch(/broke in a clone:\n +MemoryDenyWriteExecute=yes: it died by SIGSEGV/)
    expect(text).toMatch(/may deny:\n +NoNewPrivileges=yes: Not reached: mails\./)
    expect(text).toMatch(/a person's word:\n +LockPersonality=yes: Others look/)
  })

  it('names what is in force already', () => {
    const shown = { ProtectHostname: ['yes'], RestrictAddressFamilies: ['~'] }
    const text = diffLines(plan, { ...here, properties: shown }).join('\n')
    expect(text).toMatch(/ProtectHostname +yes +as it is/)
  })

  it.each([
    [
      { ...here, bases: [{ ...source.basis, unitFiles: 'b'.repeat(64) }] },
      "the unit's own files were changed",
    ],
    [{ ...here, bases: [{ ...source.basis, packages: { web: '2.0' } }] }, 'web 1.2-3 then, 2.0 now'],
    [{ ...here, architecture: 'aarch64' }, 'x86_64 then, aarch64 now'],
    [undefined, 'There is no web.service on this host'],
  ])('says what is other here: %#', (found, words) => {
    expect(diffLines(plan, found).join('\n')).toContain(words)
  })
})
