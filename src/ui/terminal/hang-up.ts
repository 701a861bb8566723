/**
 * When the ssh connection drops, every write fails with EIO. Without a listener, that error would end the process
 * before it has restored the service.
 */
export function surviveHangup(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): void {
  for (const stream of [stdin, stdout, process.stderr]) stream.on('error', () => {})
}
