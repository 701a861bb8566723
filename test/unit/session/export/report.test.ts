import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { reportHtml } from '../../../../src/session/export/html.ts'
import { markdownText, reportMarkdown } from '../../../../src/session/export/markdown.ts'
import { reportOf } from '../../../../src/session/export/report.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { type Plan, planSchema } from '../../../../src/session/plan/schema.ts'
import { planned } from '../plan/planned.ts'

const plan = planOf(planned())
const html = reportHtml(reportOf(plan))
const markdown = reportMarkdown(reportOf(plan))

/** Fields that hold words of services, logs and persons. */
const FREE = new Set(['text', 'why', 'reason', 'oddity', 'note', 'description', 'label', 'answer', 'value'])

/** The value with these words behind each text that somebody else could have written. */
function withWords<Value>(value: Value, words: string, key = ''): Value {
  if (typeof value === 'string') return (FREE.has(key) ? `${value} ${words}` : value) as Value
  if (Array.isArray(value)) return value.map((item) => withWords(item, words, key)) as Value
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    // Lines of the drop-in are held against the catalog before.
    name === 'assignments' ? item : withWords(item, words, name),
  ])
  return Object.fromEntries(entries) as Value
}

function hostile(words: string): Plan {
  const { packages, ...rest } = plan.made_on
  const line = words.replaceAll(/[\r\n\0]/g, ' ')
  const made_on = { ...rest, host: line, packages: { ...packages, [words]: line } }
  const checks = plan.checks.map((check) => ({ ...check, text: null }))
  return planSchema.parse({ ...withWords({ ...plan, checks, notes: [words] }, words), made_on })
}

/** Each tag and what stands in it. */
function tagsOf(page: string): string[] {
  return page.match(/<[^>]*>/g) ?? []
}

describe('a report', () => {
  it('has the exposure before and after, and what decided', () => {
    for (const text of [html, markdown]) {
      expect(text).toMatch(/Exposure before.*9\.2 UNSAFE/)
      expect(text).toMatch(/Exposure after.*8\.1 EXPOSED/)
      expect(text).toContain('Given exercise: ')
    }
  })

  it('has every directive with its evidence and its proof', () => {
    expect(html).toMatch(
      /<h3>ProtectHostname=yes<\/h3>\n<ul><li>Nothing of ProtectHostname was seen\.<\/li><\/ul>[\s\S]*?<dt>Proof<\/dt><dd>Proven in a clone\.</,
    )
    expect(markdown).toMatch(
      /### ProtectHostname=yes\n\n- Nothing of ProtectHostname was seen\.\n\n[^#]*\* \*\*Proof\*\*: Proven in a clone\./,
    )
  })

  it.each([
    'MemoryDenyWriteExecute=yes: it died by SIGSEGV',
    'NoNewPrivileges=yes: Not reached: mails.',
    'LockPersonality=yes: Others look into its /tmp.',
    'PrivateUsers: It starts as root.',
    'Capabilities: not asked for',
  ])('says what was left out and why: %s', (words) => {
    expect(html).toContain(`<li>${words}`)
    expect(markdown).toContain(`- ${words}`)
  })

  it('warns of commands, which only its writer knows', () => {
    const assignments = [service('ExecStartPre', '+/bin/x')]
    const stages = plan.stages.map((stage) => ({
      ...stage,
      directives: stage.directives.map((one) => ({ ...one, assignments })),
    }))
    expect(reportHtml(reportOf({ ...plan, stages }))).toContain('<dd>It holds commands: compare')
    expect(html).not.toContain('It holds commands')
  })

  it('shows the curve as a picture, and as text where there are none', () => {
    const points = /<polyline points="([^"]*)"/.exec(html)?.[1]?.split(' ') ?? []
    const heights = points.map((point) => Number(point.split(',')[1]))
    expect(heights).toHaveLength(2)
    expect(heights[1]).toBeGreaterThan(heights[0] ?? Number.POSITIVE_INFINITY)
    expect(html).toContain('aria-label="Exposure: before 9.2 UNSAFE, system 8.1 EXPOSED"')
    expect(markdown).toMatch(/before {2}9\.2 UNSAFE +█{37}\nsystem {2}8\.1 EXPOSED +█{32}\n/)
  })

  it('is one page that fetches nothing and runs nothing', () => {
    expect(html).not.toMatch(/<script|<link|<img|<iframe|<object|url\(|@import|\bon[a-z]+=|\b(?:src|href)=/i)
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })
})

describe('a report of hostile text', () => {
  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</title></style></svg></pre><script>1</script>',
    '<!-- --><![CDATA[',
    '&lt;script&gt; &#60;b&#62;',
    '\u001b]8;;http://evil.example\u0007x\u001b]8;;\u0007 \u202e',
  ])('has no tag of it in HTML: %j', (words) => {
    const page = reportHtml(reportOf(hostile(words)))
    const usual = reportHtml(reportOf(hostile('plain words')))
    expect(tagsOf(page)).toEqual(tagsOf(usual))
    expect(page).not.toMatch(/[\u001b\u202e]|&lt;script&gt; &#60;/)
  })

  it.each(['```\n# heading', '# heading', '\n\n## heading\n\n- item', '<details>', '| a | b |'])(
    'begins no line of it in Markdown: %j',
    (words) => {
      const shape = (text: string) => text.split('\n').map((line) => /^[#*\-`\s]*/.exec(line)?.[0])
      const usual = reportMarkdown(reportOf(hostile('plain words')))
      expect(shape(reportMarkdown(reportOf(hostile(words))))).toEqual(shape(usual))
    },
  )
})

describe('text in Markdown', () => {
  it.each([
    ['CAP_NET_RAW is used by /usr/sbin/x-y.conf.', 'CAP_NET_RAW is used by /usr/sbin/x-y.conf.'],
    ['a *b* _c_ __d__', 'a \\*b\\* \\_c\\_ \\_\\_d\\_\\_'],
    ['[x](javascript:alert(1))', '\\[x\\](javascript:alert(1))'],
    ['![x](https://evil.example)', '!\\[x\\](https\\://evil.example)'],
    ['http://evil.example WWW.evil.example', 'http\\://evil.example WWW\\.evil.example'],
    ['<b> &amp;', '\\<b\\> \\&amp;'],
    ['1. one', '1\\. one'],
    ['2) two', '2\\) two'],
    ['- - -', '\\- \\- \\-'],
    ['+ one', '\\+ one'],
    ['> said', '\\> said'],
    ['~~~', '\\~\\~\\~'],
    ['a\\', 'a\\\\'],
    ['a\n\n# b', 'a \\# b'],
    ['@mount and owner/name#12', '`@mount` and `owner/name#12`'],
    ['`@x`', '`` `@x` ``'],
    ['a``@b', '```a``@b```'],
    ['$x$ {{ y }}', '\\$x\\$ \\{\\{ y \\}\\}'],
  ])('%j', (text, expected) => {
    expect(markdownText(text)).toBe(expected)
  })
})
