import type { WalkState } from '../../session/walk/state.ts'
import { useSize } from '../terminal/size.ts'
import { Rows } from './draw.tsx'
import { headerLines } from './header-lines.ts'
import { headerBlock } from './room.ts'

export function Header({ state }: { state: WalkState }) {
  const { columns, rows } = useSize()
  return <Rows lines={headerBlock(headerLines(state, columns), rows)} />
}
