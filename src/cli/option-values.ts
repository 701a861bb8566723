import { COMMANDS, COMMON_OPTIONS, type OptionDefinition } from './definition.ts'
import { UsageError } from './usage-error.ts'

/** Not imported: importing node:util loads all of its parts, which takes half of the time of --help. */
const { parseArgs } = process.getBuiltinModule('node:util')

type Value = string | boolean | (string | boolean)[]
export type Values = Record<string, Value | undefined>

export function textOf(values: Values, name: OptionName): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

export function textsOf(values: Values, name: OptionName): string[] {
  const value = values[name]
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}

type OptionName = (typeof COMMANDS)[number]['options'][number]['name']

/** Throws UsageError for an option that no command has, or one without its value. */
export function parsed(argv: readonly string[]): { values: Values; positionals: string[] } {
  const all: readonly OptionDefinition[] = [
    ...COMMON_OPTIONS,
    ...COMMANDS.flatMap((command): readonly OptionDefinition[] => command.options),
  ]
  const options = Object.fromEntries(
    all.map(({ name, short, value, isRepeatable }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: isRepeatable === true,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  )
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('.')[0]}; see hardenctl --help`)
  }
}
