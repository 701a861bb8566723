import { describe, expect, it } from 'vitest'
import { fixedFolder, regularExpressionOf } from '../../../../src/observe/files/path-pattern.ts'

describe('a pattern for paths', () => {
  it.each([
    ['/var/log/*.log', '/var/log/a.log', true],
    ['/var/log/*.log', '/var/log/a/b.log', false],
    ['/var/log/*', '/var/log/.hidden', false],
    ['/var/log/*/a?.log', '/var/log/x/a1.log', true],
    ['/var/log/a[0-9].log', '/var/log/a7.log', true],
    ['/var/log/a[!0-9].log', '/var/log/a7.log', false],
    ['/var/log/a[.log', '/var/log/a[.log', true],
    ['/var/log/a\\*.log', '/var/log/a*.log', true],
    ['/var/log/a+(b).log', '/var/log/a+(b).log', true],
    ['/var/log/a.log', '/var/log/aXlog', false],
    ['/var/log/**.log', '/var/log/a.log', true],
    ['/var/log/**', '/var/log/.hidden', false],
    ['/var/log/**', '/var/log/a/b', false],
    ['/var/log/**/x', '/var/log/a/x', true],
  ])('%s of %s: %s', (pattern, path, matches) => {
    expect(regularExpressionOf(pattern).test(path)).toBe(matches)
  })

  it('of many stars is no trap', () => {
    const started = performance.now()
    expect(
      regularExpressionOf(`/var/log/nginx/a${'*'.repeat(40)}x`).test('/var/log/nginx/access.log.1.gz'),
    ).toBe(false)
    expect(performance.now() - started).toBeLessThan(200)
  })

  it('has a fixed part', () => {
    expect(fixedFolder('/var/log/*/a.log')).toEqual({ folder: '/var/log', rest: ['*', 'a.log'] })
    expect(fixedFolder('/var/log/a.log')).toEqual({ folder: '/var/log', rest: ['a.log'] })
    expect(fixedFolder('/*.log')).toEqual({ folder: '/', rest: ['*.log'] })
  })
})
