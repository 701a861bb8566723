import type { WalkState } from '../../session/walk/state.ts'
import { useSize } from '../terminal/size.ts'
import { BLANK } from '../text/lines.ts'
import { Rows } from './draw.tsx'
import { headerLines } from './header-lines.ts'
import { headerRows } from './room.ts'

export function Header({ state }: { state: WalkState }) {
  const { columns, rows } = useSize()
  const height = headerRows(rows)
  const lines = headerLines(state, columns)
  return <Rows lines={[...(height > 3 ? [BLANK] : []), ...lines, ...(height > 2 ? [BLANK] : [])]} />
}
