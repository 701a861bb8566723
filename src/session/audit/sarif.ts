import { formatScore } from '../../systemd/exposure/exposure.ts'
import { EXPOSURE_CHECKS } from '../../systemd/exposure/exposure-checks.ts'
import type { GuideRow } from '../overview/guide.ts'
import { type Audit, ratedScore } from './report.ts'

/** A share of the exposure ×10 from which on a check is a warning and not a note. */
const WARNING = 2

interface SarifResult {
  ruleId: string
  ruleIndex: number
  level: 'note' | 'warning'
  message: { text: string }
  locations: object[]
  partialFingerprints: Record<string, string>
  suppressions?: { kind: 'external'; status: 'accepted'; justification: string }[]
}

/** A rule's id: systemd's own name in JSON, whose stray parenthesis is left out. */
function ruleId(jsonField: string): string {
  return jsonField.replaceAll(/[^A-Za-z0-9_]/g, '')
}

/** SARIF 2.1.0 (OASIS): one result for each check of a unit that is not passed; what is accepted is suppressed. */
export function sarifDocument(audit: Audit, fragments: ReadonlyMap<string, string>): object {
  const results = [...audit.guides].flatMap(([unit, guide]) =>
    guide.flatMap((row) => resultOf(unit, fragments.get(unit), row)),
  )
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'hardenctl', semanticVersion: audit.hardenctl, rules: rules() } },
        invocations: [
          {
            executionSuccessful: true,
            endTimeUtc: audit.at.toISOString(),
            toolExecutionNotifications: audit.problems.map((text) => ({
              level: 'warning',
              message: { text },
            })),
          },
        ],
        results,
        properties: {
          exposures: Object.fromEntries(
            audit.rows.flatMap(({ unit, exposure }) =>
              exposure === undefined ? [] : [[unit, ratedScore(exposure)]],
            ),
          ),
        },
      },
    ],
  }
}

function rules(): object[] {
  return EXPOSURE_CHECKS.map(({ id, jsonField, weight }) => ({
    id: ruleId(jsonField),
    name: ruleId(jsonField),
    shortDescription: { text: id },
    fullDescription: { text: `${id} of systemd-analyze security, of weight ${weight}` },
    defaultConfiguration: { level: 'note' },
  }))
}

function resultOf(unit: string, fragment: string | undefined, row: GuideRow): SarifResult[] {
  const index = EXPOSURE_CHECKS.findIndex(({ jsonField }) => jsonField === row.jsonField)
  if (row.passed !== false || index < 0 || row.jsonField === undefined) return []
  const { line, why, action, description, accepted } = row
  const would = line === undefined || action === 'leave' ? '' : ` hardenctl would try ${line}.`
  const place = fragment === undefined || fragment === '' ? {} : { physicalLocation: located(fragment) }
  return [
    {
      ruleId: ruleId(row.jsonField),
      ruleIndex: index,
      level: row.exposure >= WARNING ? 'warning' : 'note',
      message: { text: `${unit}: ${description} (${formatScore(row.exposure)}).${would} ${why}`.trim() },
      locations: [{ ...place, logicalLocations: [{ name: unit, kind: 'service' }] }],
      partialFingerprints: { 'unitAndCheck/v1': `${unit} ${row.jsonField}` },
      ...(accepted === undefined
        ? {}
        : {
            suppressions: [
              {
                kind: 'external',
                status: 'accepted',
                justification: `${accepted.reason} (until ${accepted.until})`,
              },
            ],
          }),
    },
  ]
}

function located(path: string): object {
  return { artifactLocation: { uri: `file://${path.split('/').map(encodeURIComponent).join('/')}` } }
}
