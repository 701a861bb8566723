import { expect, test } from 'vitest'
import { parsePressure } from '../../../../src/trial/health/coming-up.ts'

test('for how long some process waited for a processor', () => {
  const text =
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n'
  expect(parsePressure(text)).toBe(1234)
  expect(parsePressure(undefined)).toBe(0)
})
