import { dirname, resolve } from 'node:path'
import { ExpectedError, isExpected } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { onStandardError, type Printer } from '../../host/printer.ts'
import { closedFolder } from '../../trial/transaction/preconditions.ts'

/** Where a text goes that a person asked for. */
export interface Place {
  /** Absolute; undefined: it is printed. */
  path: string | undefined
  mode: number
}

/** The place that arguments name. Throws where no file can be written, which is to be known before the work on the text. */
export async function placeFor(
  host: Host,
  { output, mode }: { output?: string; mode: number },
): Promise<Place> {
  const path = output === undefined ? undefined : resolve(output)
  if (path !== undefined) await requireWritable(host, path)
  return { path, mode }
}

/** Where words go beside the text: out of its way if it is printed. */
export function wordsBeside({ path }: Place, said: Printer, printer: Printer): Printer {
  return path === undefined ? onStandardError(printer) : said
}

async function requireWritable(host: Host, path: string): Promise<void> {
  const folder = dirname(path)
  const real = await host.resolve(folder)
  const stat = real === undefined ? undefined : await host.stat(real)
  if (stat?.kind !== 'directory') throw new ExpectedError(`there is no folder ${folder}`)
  const there = await host.stat(path)
  if (there !== undefined && there.kind !== 'file')
    throw new ExpectedError(`${path} is no file, so nothing is written over it`)
  const closed = await closedFolder(host, [folder])
  if (closed !== undefined) throw new ExpectedError(closed, 'Nothing was begun: name another file.')
}

/** Throws where that fails: the work is done then, and the live service as it was. */
async function writeFile(host: Host, path: string, text: string, mode: number): Promise<void> {
  try {
    await host.write(path, text, mode)
  } catch (error) {
    if (!isExpected(error)) throw error
    throw new ExpectedError(error.message, 'Nothing was changed: make room there, or name another file.')
  }
}

/** Writes the text, which ends with a line break, by rename; or prints it. */
export async function deliverText(
  text: string,
  { path, mode }: Place,
  host: Host,
  printer: Printer,
): Promise<void> {
  if (path !== undefined) return writeFile(host, path, text, mode)
  for (const line of text.trimEnd().split('\n')) printer.out(line)
}
