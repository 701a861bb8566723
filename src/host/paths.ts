/** True for `directory` itself and everything below it. Both are absolute, without "." and ".."; no link is followed. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`)
}

export function isBelowAny(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => isBelow(path, directory))
}
