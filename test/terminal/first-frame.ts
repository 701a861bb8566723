// npm run bench: how long from the start of the bundled hardenctl to its help and to its first frame, on a real terminal
// in a lab, beside what the same Node needs to do nothing.
import { bootLab } from '../lab/kit/lab.ts'
import { measureStart } from './start-time.ts'

const UNIT = 'apache2'
const lab = await bootLab({ services: [UNIT] })
try {
  await measureStart(lab, UNIT, 'node')
} finally {
  await lab.stop()
}
