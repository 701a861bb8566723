import wrapAnsi from 'wrap-ansi'
import { printableLine } from '../../host/printable.ts'
import { type DropInPart, renderDropIn, withLastWord } from '../../systemd/settings/drop-in.ts'

/** The comment over one directive, and the stage to which it belongs. */
export interface DirectivePart extends DropInPart {
  /** The line over the first directive of the stage; "" for none. */
  heading: string
}

const COLUMNS = 98

/**
 * Lines of a comment. Others wrote parts of the text: a backslash at the end of a line could join it with the next one
 * (systemd.syntax(7)).
 */
export function commentLines(text: string): string[] {
  return wrapAnsi(printableLine(text), COLUMNS)
    .split('\n')
    .map((line) => line.replace(/[\\\s]+$/, ''))
}

/** A drop-in for a repository: each directive below its own comment, each stage below a heading. */
export function commentedDropIn(header: readonly string[], parts: readonly DirectivePart[]): string {
  const told = new Set<string>([''])
  const withHeadings = withLastWord(parts).map(({ heading, comment, assignments }) => {
    const lines = told.has(heading) ? comment : [...commentLines(heading), '', ...comment]
    told.add(heading)
    return { comment: lines, assignments }
  })
  return renderDropIn(header.flatMap(commentLines), withHeadings)
}
