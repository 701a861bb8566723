/** A listener for signals, a terminal in raw mode or a reading under way would keep the process alive. */
export function finishNow(code: number): number {
  process.exitCode = code
  setTimeout(() => process.exit(code), 200).unref()
  return code
}
