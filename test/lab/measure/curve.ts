import { labProblem } from '../kit/lab-problem.ts'
import { bootSubject, exposureOf, SUBJECTS, type Subject } from '../kit/subjects.ts'

/** Walks real services in labs and prints the README's table of exposures: npm run curve. */
const COLUMNS = ['stock', 'Capabilities', 'User switch', 'Filesystem', 'System restrictions', 'System calls']
const GUIDE = ['9.2', '7.1', '6.5', '4.9', '3.0', '1.5']

interface Curve {
  name: string
  systemd: string
  /** By column; a stage without a value was not kept. */
  scores: Map<string, string>
}

async function measure(subject: Subject): Promise<Curve> {
  const lab = await bootSubject(subject)
  try {
    const version = /^systemd (\d+)/.exec(await lab.output(['systemctl', '--version']))?.[1] ?? ''
    const argv = ['hardenctl', subject.name, '--yes', '--no-rehearsal']
    const walk = await lab.output(argv, { timeoutMs: 170_000 })
    const line = /^Exposure: (.*)$/m.exec(walk)?.[1] ?? ''
    const scores = new Map(
      line.split(' → ').map((step): [string, string] => {
        const at = step.lastIndexOf(' ')
        return [step.slice(0, at), step.slice(at + 1)]
      }),
    )
    const last = Number([...scores.values()].at(-1)) * 10
    const real = await exposureOf(lab, subject.name)
    if (Math.round(last) !== real)
      throw new Error(`${subject.name}: ${last} said, ${real} by systemd-analyze`)
    return { name: subject.name, systemd: `${version} (${subject.suite})`, scores }
  } finally {
    await lab.stop()
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

const problem = labProblem()
if (problem !== undefined) {
  console.error(`The curve can't be measured here: ${problem}.`)
  process.exit(1)
}
const curves: Curve[] = []
/** Names of services, where not all are wanted. */
const wanted = process.argv.slice(2)
const subjects = SUBJECTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
for (const subject of subjects) curves.push(await measure(subject))
// The guide's own service first, right below the guide.
curves.sort((a, b) => Number(b.name === 'httpd') - Number(a.name === 'httpd'))
console.log(row(['service', 'systemd', ...COLUMNS.map((title) => title.toLowerCase())]))
console.log(row(['---', '---', ...COLUMNS.map(() => '---:')]))
console.log(row(['httpd, the guide by hand', '', ...GUIDE]))
for (const { name, systemd, scores } of curves) {
  console.log(row([name, systemd, ...COLUMNS.map((title) => scores.get(title) ?? '–')]))
}
