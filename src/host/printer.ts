import { printableLine } from './printable.ts'

/** The output of every command. Text of others in it can neither control the terminal nor start a line. */
export interface Printer {
  /** One line for standard output; a text of many lines is split by its caller. */
  out(line: string): void
  /** One line for standard error. */
  err(line: string): void
}

/** All words on standard error, where something else is printed on standard output. */
export function onStandardError({ err }: Printer): Printer {
  return { out: err, err }
}

type Output = Pick<NodeJS.WritableStream, 'write' | 'on'>

/** A reader that has gone (`| head`, a dropped connection) must not end the process before its work is done. */
export function printerTo(stdout: Output, stderr: Output): Printer {
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
  return {
    out: (line) => void stdout.write(`${printableLine(line)}\n`),
    err: (line) => void stderr.write(`${printableLine(line)}\n`),
  }
}
