import { expect, it } from 'vitest'
import { bootLab } from '../lab/kit/lab.ts'
import { labTitle, skipLab } from '../lab/kit/lab-problem.ts'
import { answerOf, exposureOf } from '../lab/kit/subjects.ts'
import { answerOne } from './by-numbers.ts'

it.skipIf(skipLab())(
  labTitle('all stages by numbers alone over a serial line, each proven in a clone first'),
  {
    timeout: 400_000,
  },
  async () => {
    const lab = await bootLab({ services: ['nginx'] })
    try {
      // A serial line of 9600 baud.
      const options = { columns: 80, rows: 24, bytesPerSecond: 960 }
      const terminal = lab.spawnPty(['hardenctl', 'nginx', '--plain'], options)
      const asked = await answerOne(terminal, 380_000)
      expect(asked.filter((question) => question === 'Keep it')).toHaveLength(5)
      expect(terminal.written()).not.toContain('\x1b')
      // The pseudo-terminal drops what is not read yet when the program ends.
      expect(terminal.history().join(' ')).toContain('The service is healthy.')
      expect(terminal.written()).not.toContain('\x1b')
      // Half a minute in all at 9600 baud.
      expect(terminal.bytes()).toBeLessThan(30_000)
      expect(await exposureOf(lab, 'nginx')).toBeLessThanOrEqual(16)
      expect(await answerOf(lab)).toBe('200')
    } finally {
      await lab.stop()
    }
  },
)
