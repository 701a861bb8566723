// The checks of `systemd-analyze security`, measured by asking it: it says what a check costs only in tenths of a
// share, but takes other weights as a policy, and a share is one half exactly where two weights are equal.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ExposureRow {
  id: string
  jsonField: string
  weight: number
  range: number
  needsDefaultDependencies: boolean
}

interface Printed {
  name: string
  json_field: string
  exposure: string | null
}

type Policy = Readonly<Record<string, { weight?: number; range?: number }>>

/** A check that counts in full for each unit here, and another for when it is itself the one that is measured. */
const YARDSTICKS = ['PrivateNetwork', 'PrivateDevices'] as const
const MAX_WEIGHT = 8192

/** As bad as a unit can be. Some checks are made only for root and some only for others. */
const WORST = `[Service]
ExecStart=/bin/true
UMask=0000
KeyringMode=shared
Delegate=yes
NotifyAccess=all
SupplementaryGroups=daemon
AmbientCapabilities=CAP_CHOWN
`
const UNITS = {
  'root.service': WORST,
  'other.service': `${WORST}User=daemon\n`,
  'early.service': `[Unit]\nDefaultDependencies=no\n${WORST}User=daemon\n`,
}

class Analyzer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'hardenctl-generate-'))

  constructor() {
    for (const [name, text] of Object.entries(UNITS)) writeFileSync(join(this.#folder, name), text)
  }

  rows(unit: keyof typeof UNITS, policy: Policy = {}): Printed[] {
    const file = join(this.#folder, 'policy.json')
    writeFileSync(file, JSON.stringify(policy))
    const argv = ['security', '--offline=yes', '--json=short', `--security-policy=${file}`]
    // It ends with 1 where the exposure is above its threshold, which defaults to 10: never.
    const text = execFileSync('systemd-analyze', [...argv, join(this.#folder, unit)], { encoding: 'utf8' })
    return JSON.parse(text) as Printed[]
  }

  end(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Share of the exposure that a check takes, of 100; 0 where it does not apply. */
function shareOf(rows: readonly Printed[], jsonField: string): number {
  return Math.round(10 * Number(rows.find((row) => row.json_field === jsonField)?.exposure ?? 0))
}

/** Measures one table of the systemd-analyze that is on this machine. */
class Measurement {
  readonly #analyzer: Analyzer
  readonly #fields: readonly string[]

  constructor(analyzer: Analyzer, fields: readonly string[]) {
    this.#analyzer = analyzer
    this.#fields = fields
  }

  /** Rows of a unit where only these checks weigh anything; {} is a check as systemd weighs it. */
  #alone(unit: keyof typeof UNITS, policy: Policy): Printed[] {
    const nothing = Object.fromEntries(this.#fields.map((field) => [field, { weight: 0 }]))
    return this.#analyzer.rows(unit, { ...nothing, ...policy })
  }

  #yardstick(field: string): string {
    return YARDSTICKS.find((one) => one !== field) as string
  }

  /** Whether a yardstick of this weight is no heavier than the check: its share of both is no more than a half. */
  isAtLeast(field: string, weight: number, unit: keyof typeof UNITS = 'other.service'): boolean {
    const yardstick = this.#yardstick(field)
    return shareOf(this.#alone(unit, { [field]: {}, [yardstick]: { weight } }), yardstick) <= 50
  }

  /** `guess` is tried first, which spares a dozen runs where it is right. */
  weight(field: string, guess: number): number {
    if (this.isAtLeast(field, guess) && !this.isAtLeast(field, guess + 1)) return guess
    let [low, high] = [0, MAX_WEIGHT]
    while (low + 1 < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.isAtLeast(field, middle)) low = middle
      else high = middle
    }
    return low
  }

  /** The worst badness, which is the range of every check; where all weight is its own, it is the share of a hundred. */
  range(field: string): number {
    const yardstick = this.#yardstick(field)
    const policy = { [yardstick]: { weight: 1 }, [field]: { weight: 1_000_000, range: 100 } }
    const worst = (['root.service', 'other.service'] as const).map((unit) =>
      shareOf(this.#alone(unit, policy), field),
    )
    return Math.max(...worst)
  }
}

/** The table of the systemd-analyze on this machine, by JSON field. Faster where `known` has the same weights. */
export function measureExposureTable(
  known: readonly Pick<ExposureRow, 'jsonField' | 'weight'>[],
): ExposureRow[] {
  const guesses = new Map(known.map(({ jsonField, weight }) => [jsonField, weight]))
  const analyzer = new Analyzer()
  try {
    const printed = analyzer.rows('other.service')
    const measurement = new Measurement(
      analyzer,
      printed.map((row) => row.json_field),
    )
    return printed
      .map(({ name, json_field: jsonField }) => ({
        id: name,
        jsonField,
        weight: measurement.weight(jsonField, guesses.get(jsonField) ?? 0),
        range: measurement.range(jsonField),
        needsDefaultDependencies: !measurement.isAtLeast(jsonField, 1, 'early.service'),
      }))
      .sort((a, b) => (a.jsonField < b.jsonField ? -1 : 1))
  } finally {
    analyzer.end()
  }
}

/** The text of the module, before it is formatted. */
export function exposureModule(rows: readonly ExposureRow[]): string {
  const literals = rows.map(({ needsDefaultDependencies, ...row }) =>
    JSON.stringify({ ...row, ...(needsDefaultDependencies ? { needsDefaultDependencies } : {}) }),
  )
  return `/**
 * The checks of \`systemd-analyze security\`, by JSON field: weights and ranges are the same from systemd 247 to 262.
 * Measured by \`npm run generate -- exposure\`; not to be changed by hand. The stray parenthesis in one JSON field is
 * systemd's.
 */
export const EXPOSURE_TABLE = [
${literals.join(',\n')}
] as const
`
}
