import { Box, Text } from 'ink'
import SelectInput from 'ink-select-input'
import { useRef } from 'react'
import { useAdmits } from './keys.tsx'

export interface Choice<Value extends string> {
  value: Value
  label: string
}

interface MenuProps<Value extends string> {
  choices: Choice<Value>[]
  active: boolean
  onChoose: (value: Value) => void
}

/**
 * A choice of a few. ink-select-input answers from what it drew last: with Down and Enter in one read it would
 * choose the item above the one that was meant. So a choice counts only when it is the item last moved to,
 * which also stops digits from choosing at once.
 */
export function Menu<Value extends string>({ choices, active, onChoose }: MenuProps<Value>) {
  const highlighted = useRef<Value | undefined>(choices[0]?.value)
  const admits = useAdmits()
  return (
    <SelectInput<Value>
      items={choices}
      isFocused={active}
      indicatorComponent={Indicator}
      itemComponent={Item}
      onHighlight={(item) => {
        highlighted.current = item.value
      }}
      onSelect={(item) => {
        if (admits() && item.value === highlighted.current) onChoose(item.value)
      }}
    />
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
