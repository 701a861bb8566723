import { EXIT_CODES } from '../session/exit-code.ts'
import { COMMANDS, COMMON_OPTIONS, type CommandDefinition, type OptionDefinition } from './definition.ts'

const WIDTH = 80
const INDENT = 21
const FORM_INDENT = 30
const CODE_INDENT = 7

/** "--stages LIST", "-y, --yes". */
function optionWords({ name, short, value }: OptionDefinition): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}

/** What it does, and that it may be given more than once. */
function optionHelp({ help, isRepeatable }: OptionDefinition): string {
  return isRepeatable ? `${help} Repeatable.` : help
}

/** Breaks a text between words into lines of at most `width` characters. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** A word at the left and its text beside it. */
function entry(head: string, text: string, indent = INDENT): string[] {
  const lines = wrapped(text, WIDTH - indent)
  const blank = ' '.repeat(indent)
  const left = `  ${head}`
  const fits = left.length < indent
  return [
    ...(fits ? [`${left.padEnd(indent)}${lines[0]}`] : [left, `${blank}${lines[0]}`]),
    ...lines.slice(1).map((line) => `${blank}${line}`),
  ]
}

function options(all: readonly OptionDefinition[]): string[] {
  return all.flatMap((option) => entry(optionWords(option), optionHelp(option)))
}

function forms({ forms: all, isForAll }: CommandDefinition): string[] {
  const sudo = isForAll ? '' : 'sudo '
  return all.flatMap(({ line, does }) => entry(`${sudo}hardenctl ${line}`, does, FORM_INDENT))
}

/** The text of `hardenctl --help`: all commands, and the options of the walk. */
export function generalHelp(): string {
  const [walk] = COMMANDS
  return [
    ...wrapped(
      'hardenctl hardens one systemd service, stage by stage, and rolls back by itself if it breaks.',
      WIDTH,
    ),
    '',
    ...COMMANDS.flatMap(forms),
    '',
    'Options of the walk:',
    ...options(walk.options),
    '',
    'Everywhere:',
    ...options(COMMON_OPTIONS),
    '',
    'Exit codes:',
    ...EXIT_CODES.flatMap(({ code, means }) => entry(String(code), means, CODE_INDENT)),
    '',
  ].join('\n')
}

/** The text of `hardenctl help COMMAND`. */
export function commandHelp(command: CommandDefinition): string {
  return [
    ...forms(command),
    '',
    ...wrapped(command.help, WIDTH),
    '',
    ...(command.options.length === 0 ? ['It takes no options.'] : options(command.options)),
    '',
  ].join('\n')
}
