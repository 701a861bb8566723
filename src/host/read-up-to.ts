import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Files in /proc have no size, so they are read until they end. */
export async function readUpTo(path: string, limit: number): Promise<Uint8Array> {
  // A pipe that appeared just now does not block the reader either.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const chunks: Uint8Array[] = []
    let total = 0
    while (total < limit) {
      const buffer = new Uint8Array(Math.min(65536, limit - total))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
      if (bytesRead === 0) break
      chunks.push(buffer.subarray(0, bytesRead))
      total += bytesRead
    }
    return Buffer.concat(chunks)
  } finally {
    await handle.close()
  }
}
