import { describe, expect, it } from 'vitest'
import { filterKills } from '../../../src/trial/killed.ts'

describe('which filter killed a call', () => {
  it.each([
    ['', 'chown', false],
    ['~', 'chown', false],
    ['read write', 'read', false],
    ['read write', 'fchownat', true],
    ['~chown fchownat', 'fchownat', true],
    ['~chown fchownat', 'read', false],
    ['~fchownat:EPERM', 'fchownat', true],
  ])('%j kills %s: %s', (filter, name, kills) => {
    expect(filterKills(filter, name)).toBe(kills)
  })
})
