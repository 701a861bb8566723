import type { CommandDefinition, Offer, OptionDefinition } from '../../../src/cli/definition.ts'
import { ALL, COMMON, DIRECTIVES, LIST_KEPT, LIST_RUNNING, takingValues, VERBS, WALK } from './offers.ts'

/** fish knows no other escapes between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function values({ words, isList, offers }: OptionDefinition): string {
  if (words !== undefined)
    return isList ? ` -a "(__fish_append , ${words.join(' ')})"` : ` -a ${quoted(words.join(' '))}`
  if (offers === 'accounts') return ' -a "(__fish_complete_users)"'
  if (offers === 'directives') return ` -a ${quoted(DIRECTIVES.join(' '))}`
  if (offers === 'settings') return ` -a ${quoted(DIRECTIVES.map((key) => `${key}=`).join(' '))}`
  return offers === 'files' ? ' -F' : ''
}

function optionLine(condition: string, option: OptionDefinition): string {
  const { name, short, value, brief } = option
  const words = [
    `complete -c hardenctl ${condition}-l ${name}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(value === undefined ? [] : [option.offers === 'files' ? '-r' : '-x']),
    `-d ${quoted(brief)}`,
  ]
  return words.join(' ') + (value === undefined ? '' : values(option))
}

function targetLines({ name, offers }: CommandDefinition): string[] {
  const words: Partial<Record<Offer, string>> = {
    running: '"(__hardenctl_running)"',
    kept: '"(__hardenctl_kept)"',
    commands: quoted(ALL.map((command) => command.name).join(' ')),
    accounts: '"(__fish_complete_users)"',
    files: '"(__fish_complete_path)"',
  }
  const condition = name === WALK.name ? "'__hardenctl_first'" : `'__hardenctl_in ${name}'`
  return words[offers] === undefined ? [] : [`complete -c hardenctl -n ${condition} -a ${words[offers]}`]
}

/** Completion for fish. */
export function fishCompletion(): string {
  const verbs = VERBS.map(({ name }) => name).join(' ')
  return `# Completion of hardenctl for fish. Made from its own definition of the command line.
function __hardenctl_running
    ${LIST_RUNNING}
end
function __hardenctl_kept
    ${LIST_KEPT}
end
# The command of this line is this one; "walk" is every line with none.
function __hardenctl_in
    set -l words (commandline -opc)
    if contains -- "$words[2]" ${verbs}
        test "$words[2]" = $argv[1]
    else
        test $argv[1] = ${WALK.name}
    end
end
# Neither a command nor a unit was typed yet.
function __hardenctl_first
    set -l words (commandline -opc)
    set -l value
    for word in $words[2..]
        if test -n "$value"
            set value
            continue
        end
        switch $word
            case ${takingValues()
              .map(({ name }) => `--${name}`)
              .join(' ')}
                set value yes
            case '-*'
            case '*'
                return 1
        end
    end
    test -z "$value"
end
complete -c hardenctl -f
${[...targetLines(WALK), ...VERBS.flatMap(targetLines)].join('\n')}
${VERBS.map(({ name, brief }) => `complete -c hardenctl -n '__hardenctl_first' -a ${name} -d ${quoted(brief)}`).join('\n')}
${COMMON.map((option) => optionLine('', option)).join('\n')}
${ALL.flatMap(({ name, options }) =>
  options.map((option) => optionLine(`-n '__hardenctl_in ${name}' `, option)),
).join('\n')}
`
}
