import { Box, Text } from 'ink'
import SelectInput from 'ink-select-input'
import { type Key, useKeys } from './keys.tsx'
import { useCursor } from './list.ts'

export interface Choice<Value extends string> {
  value: Value
  label: string
}

interface MenuProps<Value extends string> {
  choices: Choice<Value>[]
  onChoose: (value: Value) => void
  /** False once no answer counts any more. */
  active?: boolean
}

const MOVES: readonly Key[] = ['up', 'down', 'k', 'j']

/**
 * A choice of a few entries. ink-select-input draws it, but its keys come through the layers like all others: alone it
 * answers from its last drawing, so Down and Enter in one read would choose the wrong item, and the Enter would reach
 * the next question too.
 */
export function Menu<Value extends string>({ choices, onChoose, active = true }: MenuProps<Value>) {
  const cursor = useCursor(choices.length)
  const choose = () => {
    const choice = choices[cursor.current()]
    if (choice) onChoose(choice.value)
    return true
  }
  const take = (key: Key) => (key === 'enter' ? choose() : MOVES.includes(key) && cursor.move(key))
  useKeys(take, 'screen', active)
  return (
    <Box aria-role="listbox">
      <SelectInput<Value>
        key={cursor.current()}
        items={choices}
        initialIndex={cursor.current()}
        isFocused={false}
        indicatorComponent={Indicator}
        itemComponent={Item}
      />
    </Box>
  )
}

function Indicator({ isSelected = false }: { isSelected?: boolean }) {
  return (
    <Box marginRight={1} aria-hidden>
      <Text color="cyan">{isSelected ? '▸' : ' '}</Text>
    </Box>
  )
}

function Item({ isSelected = false, label }: { isSelected?: boolean; label: string }) {
  return (
    <Box aria-role="option" aria-state={{ selected: isSelected }}>
      <Text wrap="truncate-end" bold={isSelected}>
        {label}
      </Text>
    </Box>
  )
}
