/** Settings by which systemd makes directories for a system service, and where (systemd.exec(5), RuntimeDirectory=). */
const BASES = {
  RuntimeDirectory: '/run',
  StateDirectory: '/var/lib',
  CacheDirectory: '/var/cache',
  LogsDirectory: '/var/log',
} as const

export const MANAGING_SETTINGS = Object.keys(BASES) as (keyof typeof BASES)[]

/** The directories that a setting's words name, each "name", "name:link" or "name:link:flags"; none for another setting. */
export function managedPaths(key: string, names: readonly string[]): string[] {
  const base = MANAGING_SETTINGS.find((one) => one === key)
  return base === undefined ? [] : names.map((name) => `${BASES[base]}/${name.split(':')[0]}`)
}
