import type { CommandDefinition, Offer, OptionDefinition } from '../../../src/cli/definition.ts'
import { ALL, COMMON, DIRECTIVES, LIST_KEPT, LIST_RUNNING, VERBS, WALK, withOffer } from './offers.ts'

/** Text between single quotes in a list of _arguments, where colons and brackets have a meaning. */
function escaped(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&')
}

function action({ words, isList, offers }: OptionDefinition): string {
  if (words !== undefined) return isList ? `_values -s , word ${words.join(' ')}` : `(${words.join(' ')})`
  if (offers === 'accounts') return '_users'
  if (offers === 'directives') return `(${DIRECTIVES.join(' ')})`
  // The value is typed behind it.
  if (offers === 'settings') return `compadd -S = ${DIRECTIVES.join(' ')}`
  return offers === 'files' ? '_files' : ' '
}

/** One line of _arguments(1) in zshcompsys. */
function specification(option: OptionDefinition): string {
  const { name, short, value, isRepeatable, brief } = option
  const end = value === undefined ? '' : `:${value.toLowerCase()}:${action(option)}`
  const about = `[${escaped(brief)}]${end}`
  const equals = value === undefined ? '' : '='
  if (isRepeatable) return `'*--${name}${equals}${about}'`
  if (short === undefined) return `'--${name}${equals}${about}'`
  return `'(-${short} --${name})'{-${short},--${name}${equals}}'${about}'`
}

function argumentsOf(command: CommandDefinition): string {
  const { options, offers } = command
  const targets: Partial<Record<Offer, string>> = {
    running: command === WALK ? "'1:unit:_hardenctl_units'" : "'*:unit:_hardenctl_running'",
    kept: "'1:unit:_hardenctl_kept'",
    commands: `'1:command:(${ALL.map(({ name }) => name).join(' ')})'`,
    accounts: "'1:account:_users'",
    files: "'*:file:_files'",
  }
  const target = targets[offers] ?? ''
  const all = [...options, ...COMMON].map(specification)
  return ['_arguments -S -s', ...all, ...(target === '' ? [] : [target])].join(' \\\n      ')
}

/** Completion for zsh, as the function that compinit finds by its first line. */
export function zshCompletion(): string {
  const verbs = VERBS.map(({ name }) => name)
  return `#compdef hardenctl
# Completion of hardenctl for zsh. Made from its own definition of the command line.
_hardenctl_running() {
  local -a units
  units=(\${(f)"$(${LIST_RUNNING})"})
  _describe -t units 'service that runs' units
}
_hardenctl_kept() {
  local -a units
  units=(\${(f)"$(${LIST_KEPT})"})
  _describe -t units 'service with kept settings' units
}
_hardenctl_commands() {
  local -a commands
  commands=(
${VERBS.map(({ name, brief }) => `    '${name}:${escaped(brief)}'`).join('\n')}
  )
  _describe -t commands command commands
}
# The first word: a command, or the unit of a walk.
_hardenctl_units() {
  _alternative 'commands::_hardenctl_commands' 'units::_hardenctl_running'
}
_hardenctl() {
  local curcontext=$curcontext
  case \${words[2]} in
  ${verbs.join(' | ')}) if ((CURRENT > 2)); then local verb=\${words[2]}; fi ;;
  esac
  if [[ -n $verb ]]; then
    shift words
    ((CURRENT--))
  fi
  case $verb in
${VERBS.filter(withOffer)
  .map((command) => `  ${command.name})\n    ${argumentsOf(command)}\n    ;;`)
  .join('\n')}
  *)
    ${argumentsOf(WALK)}
    ;;
  esac
}
_hardenctl "$@"
`
}
