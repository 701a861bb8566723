import type { CommandDefinition, Offer, OptionDefinition } from '../../../src/cli/definition.ts'
import {
  ALL,
  COMMON,
  DIRECTIVES,
  LIST_KEPT,
  LIST_RUNNING,
  optionSpellings,
  takingValues,
  VERBS,
  WALK,
  withOffer,
} from './offers.ts'

/** How a value is completed that is none of a few words. */
const VALUE_REPLIES: Partial<Record<Offer, string>> = {
  accounts: 'COMPREPLY=($(compgen -u -- "$cur"))',
  files: 'COMPREPLY=($(compgen -f -- "$cur"))',
  directives: `_hardenctl_words '${DIRECTIVES.join(' ')}'`,
  settings: `_hardenctl_words '${DIRECTIVES.map((key) => `${key}=`).join(' ')}'; compopt -o nospace 2>/dev/null`,
}

/** The words that complete a value; an empty case where a shell knows none. */
function valueCase(option: OptionDefinition): string {
  const { name, words, isList, offers } = option
  const reply =
    words !== undefined
      ? `${isList ? '_hardenctl_list' : '_hardenctl_words'} '${words.join(' ')}'`
      : (VALUE_REPLIES[offers ?? 'nothing'] ?? ':')
  return `    --${name}) ${reply} ;;`
}

function commandCase(command: CommandDefinition): string {
  const words = optionSpellings([...command.options, ...COMMON]).join(' ')
  return `    ${command.name}) options='${words}' ;;`
}

function unitCase({ name, offers }: CommandDefinition): string {
  const names = ALL.map((one) => one.name).join(' ')
  const words: Partial<Record<Offer, string>> = {
    running: '"$(_hardenctl_running)"',
    kept: '"$(_hardenctl_kept)"',
    commands: `'${names}'`,
    accounts: '"$(compgen -u)"',
    files: '"$(compgen -f -- "$cur")"',
  }
  return `    ${name}) _hardenctl_words ${words[offers] ?? "''"} ;;`
}

/**
 * Completion for bash 4.2 and newer, with and without the package bash-completion. Readline cuts words at = and, where
 * it completes names of hosts, at @. The pieces are joined again here, and the answer leaves out all before the last cut.
 */
export function bashCompletion(): string {
  const verbs = VERBS.map(({ name }) => name)
  const valued = takingValues().map(({ name }) => `--${name}`)
  return `# Completion of hardenctl for bash. Made from its own definition of the command line.
_hardenctl_running() {
  ${LIST_RUNNING}
}
_hardenctl_kept() {
  ${LIST_KEPT}
}
_hardenctl_words() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}
# Words with commas between them: those that were not typed yet, behind those that were.
_hardenctl_list() {
  local before= word left=
  [[ $cur == *,* ]] && before=\${cur%,*},
  for word in $1; do [[ ,$before == *,$word,* ]] || left+=" $before$word"; done
  _hardenctl_words "$left"
  compopt -o nospace 2>/dev/null
}
_hardenctl() {
  local word cur glue= option= prefix= verb= first= named= options= i
  local -a words=()
  COMPREPLY=()
  # Readline cuts words at these.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $glue || ($word == [=@:] && \${#words[@]} -gt 0) ]]; then
      words[\${#words[@]} - 1]+=$word
      [[ $word == [=@:] ]] && glue=yes || glue=
    else
      words+=("$word")
    fi
  done
  local last=$((\${#words[@]} - 1))
  cur=\${words[last]}
  for ((i = 0; i < last; i++)); do
    case \${words[i]} in
    ${valued.join(' | ')})
      option=
      ((i + 1 == last)) && option=\${words[i]}
      ((i++))
      ;;
    -*) ;;
    *) [[ $verb ]] || verb=\${words[i]} ;;
    esac
  done
  case $verb in
  ${verbs.join(' | ')}) ;;
  '') verb=${WALK.name} first=yes ;;
  *) verb=${WALK.name} named=yes ;;
  esac
  if [[ -z $option && $cur == --*=* ]]; then
    option=\${cur%%=*}
    prefix=$option=
    cur=\${cur#*=}
  fi
  if [[ $option ]]; then
    case $option in
${takingValues().map(valueCase).join('\n')}
    esac
  elif [[ $cur == -* ]]; then
    case $verb in
${ALL.map(commandCase).join('\n')}
    esac
    _hardenctl_words "$options"
  elif [[ $first ]]; then
    _hardenctl_words "${verbs.join(' ')} $(_hardenctl_running)"
  elif [[ -z $named ]]; then
    case $verb in
${VERBS.filter(withOffer).map(unitCase).join('\n')}
    esac
  fi
  # It replaces only what stands behind its last cut, of which @ is a part.
  if [[ $COMP_WORDBREAKS == *:* && $cur == *:* ]]; then
    COMPREPLY=("\${COMPREPLY[@]#"\${cur%"\${cur##*:}"}"}")
  elif [[ $COMP_WORDBREAKS == *@* && $cur == *@* ]]; then
    COMPREPLY=("\${COMPREPLY[@]#"\${cur%@*}"}")
  fi
  if [[ $prefix && $COMP_WORDBREAKS != *=* ]]; then COMPREPLY=("\${COMPREPLY[@]/#/$prefix}"); fi
}
complete -F _hardenctl hardenctl
`
}
