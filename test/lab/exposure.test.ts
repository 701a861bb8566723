import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Assignment } from '../../src/catalog/common/types.ts'
import { exposure, formatScore } from '../../src/systemd/exposure/exposure.ts'
import { parseShow } from '../../src/systemd/manager/show.ts'
import { applyAssignments, settingsFromShow } from '../../src/systemd/settings/settings.ts'
import { difference } from '../../src/systemd/settings/settings-difference.ts'
import { flattenGroups, parseSyscallGroups } from '../../src/systemd/syscalls/syscall-groups.ts'
import { dropInText, randomDropIn, seededRandom } from '../unit/systemd/exposure/exposure-drop-ins.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const COUNT = 60
const BASES = [
  '[Service]\nExecStart=/bin/sleep 1000\n',
  '[Service]\nExecStart=/bin/sleep 1000\nExecStartPre=/bin/true\nPrivateDevices=yes\nProtectClock=yes\nReadWritePaths=/opt\n',
  '[Service]\nExecStart=/bin/sleep 1000\nSystemCallFilter=~@mount\nCapabilityBoundingSet=~CAP_SYSLOG\nSupplementaryGroups=adm\n',
]

/** Lines that systemd ignores with a warning, on every version of the lab. */
const IGNORED: readonly [string, string][] = [
  ['ProtectSystem', 'stricter'],
  ['PrivateTmp', 'perhaps'],
  ['CapabilityBoundingSet', '~CAP_NO_SUCH'],
  ['RestrictAddressFamilies', 'AF_NO_SUCH'],
  ['SystemCallFilter', 'no_such_call'],
  ['SystemCallErrorNumber', 'ENOSUCH'],
  ['NoSuchSetting', 'yes'],
  ['UMask', '0999'],
  ['ReadWritePaths', 'not/absolute'],
  ['ProtectProc', 'hidden'],
  ['IPAddressDeny', 'nowhere'],
  ['KeyringMode', 'secret'],
]

/**
 * Without a reset, a list on top of a vendor's may end as the unset one looks (a deny-list that is emptied, a
 * bounding set of which only implied parts are missing), and then nothing shown tells whether it was read.
 */
function certain(lines: readonly Assignment[], base: string): Assignment[] {
  const hasReset = (key: string) => lines.some((line) => line.key === key && line.value === '')
  return lines.filter(
    ({ key }) =>
      !['SystemCallFilter', 'CapabilityBoundingSet'].includes(key) ||
      !base.includes(`${key}=`) ||
      hasReset(key),
  )
}

describe.skipIf(skipLab())(labTitle('settings and exposure against a running systemd'), () => {
  describe.each([
    ['bookworm', 252],
    ['trixie', 257],
  ] as const)('%s', (suite, version) => {
    let lab: Lab
    let groups: Record<string, string[]>

    beforeAll(async () => {
      lab = await bootLab({ suite })
      const text = await lab.output(['systemd-analyze', '--no-pager', 'syscall-filter'])
      groups = flattenGroups(parseSyscallGroups(text))
    }, 240_000)
    afterAll(() => lab?.stop())

    const show = async (unit: string) => parseShow(await lab.output(['systemctl', 'show', '--all', unit]))
    const options = () => ({ systemd: version, syscallGroups: groups, scoresBpf: true })

    /** Overall exposure and badness by check, as systemd-analyze finds them in the loaded unit. */
    async function analyze(unit: string) {
      const env = { SYSTEMD_ANALYZE_DEBUG: '1' }
      const text = await lab.output(['systemd-analyze', 'security', '--no-pager', unit], { env })
      const json = await lab.output(['systemd-analyze', 'security', '--json=short', unit], { env })
      const rows: { json_field: string; badness: number; range: number }[] = JSON.parse(json)
      return {
        overall: /Overall.*: ([\d.]+) [A-Z]/.exec(text)?.[1],
        rows: Object.fromEntries(
          rows.map((row) => [row.json_field, row.badness > row.range ? undefined : row.badness]),
        ),
      }
    }

    const badnessByField = (found: ReturnType<typeof exposure>) =>
      Object.fromEntries(found.checks.map((check) => [check.jsonField, check.badness]))

    test(`${COUNT} random drop-ins load as predicted and score as systemd-analyze says`, async () => {
      const random = seededRandom(version)
      const chances = [0, 0.15, 0.5, 0.9]
      const samples = Array.from({ length: COUNT }, (_, index) => ({
        unit: `random${index}.service`,
        lines: randomDropIn(random, chances[index % chances.length] ?? 0, true),
        base: BASES[index % BASES.length] ?? '',
      }))
      for (const { unit, base } of samples) await lab.write(`/etc/systemd/system/${unit}`, base)
      await lab.output(['systemctl', 'daemon-reload'])
      const before = new Map<string, ReturnType<typeof settingsFromShow>>()
      for (const { unit } of samples) before.set(unit, settingsFromShow(await show(unit)))
      for (const { unit, lines } of samples) {
        await lab.write(`/etc/systemd/system/${unit}.d/zz.conf`, `[Service]\n${dropInText(lines)}`)
      }
      await lab.output(['systemctl', 'daemon-reload'])
      for (const { unit, lines, base } of samples) {
        const context = `${base}---\n${dropInText(lines)}`
        const shown = await show(unit)
        const theirs = await analyze(unit)
        const loaded = exposure(settingsFromShow(shown), options())
        expect(badnessByField(loaded), context).toEqual(theirs.rows)
        expect(formatScore(loaded.score), context).toBe(theirs.overall)
        const predicted = exposure(applyAssignments(before.get(unit) ?? {}, lines, groups), options())
        expect(badnessByField(predicted), context).toEqual(theirs.rows)
        expect(formatScore(predicted.score), context).toBe(theirs.overall)
        expect(difference(certain(lines, base), shown, groups), context).toEqual([])
      }
    }, 240_000)

    test('an ignored line is a difference', async () => {
      await lab.write('/etc/systemd/system/ignored.service', BASES[0] ?? '')
      for (const [key, value] of IGNORED) {
        const line: Assignment = { section: 'Service', key, value }
        await lab.write('/etc/systemd/system/ignored.service.d/zz.conf', `[Service]\n${dropInText([line])}`)
        await lab.output(['systemctl', 'daemon-reload'])
        const keys = difference([line], await show('ignored.service'), groups).map((found) => found.key)
        expect(keys, `${key}=${value}`).toEqual([key])
      }
    }, 120_000)
  })
})
