import { constants } from 'node:fs'
import { chmod, type FileHandle, open, rm } from 'node:fs/promises'
import { createConnection, createServer, type Socket } from 'node:net'
import { distrust } from './distrust.ts'
import { ExpectedError, isSystemError } from './errors.ts'
import { fileStat } from './stat.ts'

/** One line that another process of root's sent, and the way back to it. */
export interface HeardLine {
  text: string
  /** Sends one line and ends the connection. The other side may have gone. */
  answer(line: string): void
}

export interface PrivateSocket {
  close(): void
}

const MOST_CHARACTERS = 200
/** A connection that says nothing is not kept. */
const SILENCE_MS = 5000

/** Only root may reach what is in the folder: whoever connects there is root. Throws ExpectedError. */
async function openFolder(folder: string): Promise<FileHandle> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  const stat = fileStat(await handle.stat({ bigint: true }))
  const doubt = distrust(folder, stat, 'directory', process.getuid?.() ?? 0)
  if (doubt === undefined && (stat.mode & 0o077) === 0) return handle
  await handle.close()
  throw new ExpectedError(doubt ?? `${folder} is open to others than root`)
}

/** Through the open folder, since a socket's whole path may not be longer than 107 bytes: unix(7). */
function pathIn(folder: FileHandle, name: string): string {
  return `/proc/self/fd/${folder.fd}/${name}`
}

function hear(socket: Socket, heard: (line: HeardLine) => void): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('error', () => socket.destroy())
  socket.setTimeout(SILENCE_MS, () => socket.destroy())
  socket.on('data', (data) => {
    text += data
    const [line, ...rest] = text.split('\n')
    if (text.length > MOST_CHARACTERS) socket.destroy()
    if (line === undefined || rest.length === 0) return
    socket.removeAllListeners('data')
    socket.setTimeout(0)
    heard({ text: line, answer: (answer) => socket.end(`${answer.replaceAll('\n', ' ')}\n`) })
  })
}

/**
 * Listens on a socket in a folder of root's that nobody else may enter, until it is closed. It keeps no process alive.
 * Throws an expected error where it can't.
 */
export async function listenPrivately(
  folder: string,
  name: string,
  heard: (line: HeardLine) => void,
): Promise<PrivateSocket> {
  const handle = await openFolder(folder)
  const path = pathIn(handle, name)
  const server = createServer((socket) => hear(socket, heard))
  try {
    await rm(path, { force: true })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
    await chmod(path, 0o600)
  } catch (error) {
    server.close()
    await handle.close()
    throw error
  }
  server.unref()
  return {
    close() {
      // This removes the socket too.
      server.close()
      void handle.close()
    },
  }
}

const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/**
 * Sends one line to who listens there, and waits for the answer. Undefined if nobody listens, or who did has ended
 * without an answer. Throws an expected error where the folder is not root's alone.
 */
export async function askPrivately(folder: string, name: string, text: string): Promise<string | undefined> {
  let handle: FileHandle | undefined
  try {
    handle = await openFolder(folder)
    return await exchange(pathIn(handle, name), text)
  } catch (error) {
    if (isSystemError(error) && NOBODY.has(error.code ?? '')) return undefined
    throw error
  } finally {
    await handle?.close()
  }
}

function exchange(path: string, text: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = createConnection(path, () => socket.write(`${text}\n`))
    socket.setEncoding('utf8')
    socket.on('error', reject)
    socket.on('data', (data) => {
      answer += data
    })
    socket.on('end', () => resolve(answer.endsWith('\n') ? answer.slice(0, -1) : undefined))
  })
}
