/** True for `directory` itself and everything below it. Both are absolute, without "." and ".."; no link is followed. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`)
}

export function isBelowAny(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => isBelow(path, directory))
}

/** Whether one of the others, or the folder that it is in, holds it. */
export function isBelowAnother(path: string, paths: readonly string[]): boolean {
  return paths.some((other) => other !== path && isBelow(path, other))
}

/** The same path at another time: digits in it may count processes or days. */
export function withoutDigits(path: string): string {
  return path.replaceAll(/\d+/g, '#')
}

/** "/var/run/x" → "/run/x": the older names of the run folders are links wherever systemd runs (file-hierarchy(7)). */
export function throughRun(path: string): string {
  return path.replace(/^\/var\/run(?=\/|$)/, '/run').replace(/^\/var\/lock(?=\/|$)/, '/run/lock')
}
