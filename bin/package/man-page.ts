import type { CommandDefinition, OptionDefinition } from '../../src/cli/definition.ts'
import { EXIT_CODES } from '../../src/session/exit-code.ts'
import { ALL, COMMON, WALK } from './completions/offers.ts'

const ENVIRONMENT = [
  [
    'HARDENCTL_DEBUG=1',
    'Prints the stack of a bug at once. Without it a report goes into a file that the message names.',
  ],
  ['ACCESSIBLE=1, TERM=dumb', 'As --plain.'],
  ['INK_SCREEN_READER=true', 'Writes roles and states in words, for a screen reader.'],
  ['NO_COLOR', 'Removes colours.'],
] as const

const FILES = [
  [
    '/etc/hardenctl/checks.d/UNIT/*.conf',
    'Checks and exercises for every walk, as lines Check=CHECK and Exercise=COMMAND. Only root may write there.',
  ],
  [
    '/etc/hardenctl/accepted.d/*.conf',
    'Checks that audit accepts until a day, as lines Accept=UNIT CHECK until=YYYY-MM-DD REASON, each name * for all. Only root may write there.',
  ],
  [
    '/etc/systemd/system/UNIT.d/zz-hardenctl-kept.conf',
    'The kept settings; the only file that stays in /etc.',
  ],
  ['/run/systemd/system/UNIT.d/zz-hardenctl.conf', 'The settings on trial.'],
  [
    '/run/systemd/system.control/UNIT.d/zz-hardenctl-kept.conf',
    'The settings that stay, while undo --stage is on trial.',
  ],
  ['/run/hardenctl/UNIT/', 'The undo script of a trial. It needs nothing of hardenctl.'],
  [
    '/etc/systemd/system/hardenctl-recover-UNIT.service',
    'Undoes a change of file owners at boot; exists only during a trial.',
  ],
  ['/var/lib/hardenctl/UNIT/', 'What is kept, old file owners, reports of bugs; for root only.'],
  ['/var/lib/hardenctl/.introduced', 'Somebody has read on this host what a walk does.'],
] as const

const EXAMPLES = [
  ['hardenctl', 'All services on a screen, to choose one.'],
  ['hardenctl nginx', 'The wizard.'],
  [
    'hardenctl nginx --yes --check http://127.0.0.1/health',
    'The same walk without a terminal, with one more check that decides health.',
  ],
  ['hardenctl nginx --stages filesystem,system', 'Two stages alone.'],
  [
    'hardenctl nginx --yes --json',
    'The same for a program: one event a line on standard output, words on standard error.',
  ],
  [
    'hardenctl nginx --set ProtectSystem=full --skip UMask',
    'One directive with a value of your own, one left as it is.',
  ],
  ['hardenctl plan nginx -o nginx.json', 'What a walk would do, proven in clones, as a file to review.'],
  ['hardenctl export nginx.json --report nginx.html', 'That as a page to hand on.'],
  ['hardenctl undo nginx --stage syscalls', 'One stage taken back, the others in force.'],
  ['hardenctl undo nginx', 'Everything as before the first change.'],
] as const

/** Text for roff(7): a hyphen that is typed, no escape, and no request at the start of a line. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1')
}

function definition(head: string, text: string): string {
  return `.TP\n${head}\n${roff(text)}`
}

function option({ name, short, value, help, isRepeatable }: OptionDefinition): string {
  const dashes = [...(short === undefined ? [] : [`-${short}`]), `--${name}`]
  const head = dashes.map((one) => `\\fB${roff(one)}\\fR`).join(', ')
  const text = isRepeatable ? `${help} Repeatable.` : help
  return definition(value === undefined ? head : `${head} \\fI${value}\\fR`, text)
}

/** "status UNIT": what is typed bold, what stands for something else italic. */
function form(line: string): string {
  if (line === '') return '\\fBhardenctl\\fR'
  const words = line.split(' ').map((word) => {
    const placeholder = /^(\[?)([A-Z…]+)(\]?)$/.exec(word)
    if (placeholder === null) return `\\fB${roff(word)}\\fR`
    return `${placeholder[1]}\\fI${placeholder[2]}\\fR${placeholder[3]}`
  })
  return `\\fBhardenctl\\fR ${words.join(' ')}`
}

function synopsis({ forms, options }: CommandDefinition): string[] {
  const [usual] = forms
  const end = options.length > 0 ? ' [\\fIOPTION\\fR]...' : ''
  return usual === undefined ? [] : [`${form(usual.line)}${end}`]
}

function command(one: CommandDefinition): string {
  return [
    `.SS ${one === WALK ? 'The walk' : one.name}`,
    ...one.forms.map(({ line, does }) => `.TP\n${form(line)}\n${roff(`${sentence(does)}`)}`),
    `.PP\n${roff(one.help)}`,
    ...one.options.map(option),
  ].join('\n')
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function table(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([head, text]) => definition(`\\fB${roff(head)}\\fR`, text)).join('\n')
}

/** hardenctl(8) for man(1). `day` is that of the release, as 2026-11-26. */
export function manPage(version: string, day: string): string {
  return `.\\" Made from hardenctl's own definition of the command line.
.TH HARDENCTL 8 ${day} "hardenctl ${version}" "System administration"
.SH NAME
hardenctl \\- harden one systemd service, stage by stage
.SH SYNOPSIS
${ALL.flatMap(synopsis).join('\n.br\n')}
.SH DESCRIPTION
hardenctl hardens one systemd service on a live server: capabilities, user switch, filesystem, system restrictions, system calls.
It observes the service, proposes settings with the evidence for each, and tries each in a clone of the host.
Then it applies one stage to the live service, restarts it, checks that it answers as before, and rolls back by itself if it does not, even if hardenctl is killed or the connection drops.
.PP
At \\fIKeep?\\fR press \\fBy\\fR or \\fBn\\fR; without an answer the change is rolled back.
\\fB?\\fR explains each screen and its keys.
hardenctl needs root.
.SH COMMANDS
${ALL.map(command).join('\n')}
.SS Everywhere
${COMMON.map(option).join('\n')}
.SH EXIT STATUS
${table(EXIT_CODES.map(({ code, means }) => [String(code), means]))}
.SH ENVIRONMENT
${table(ENVIRONMENT)}
.SH FILES
${table(FILES)}
.SH EXAMPLES
${table(EXAMPLES)}
.SH SEE ALSO
.BR systemd\\-analyze (1),
.BR systemd.exec (5),
.BR systemd.unit (5)
`
}
