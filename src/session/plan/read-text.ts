import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { readPinned } from '../../host/pinned.ts'

/** The text of a file that anybody may have written, read once, or why it can't be read: one line. */
export async function readText(
  host: Host,
  path: string,
  { mostBytes, what }: { mostBytes: number; what: string },
): Promise<{ text: string } | { problem: string }> {
  const real = await host.resolve(path)
  if (real === undefined) return { problem: `there is no file ${path}` }
  const bytes = await readPinned(real, mostBytes + 1).catch(orElse(undefined))
  if (bytes === undefined) return { problem: `${path} is no file that can be read` }
  if (bytes.length > mostBytes) return { problem: `${path} is larger than ${what} can be` }
  return { text: Buffer.from(bytes).toString('utf8') }
}
