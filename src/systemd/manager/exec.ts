/** One command of an Exec line, as systemd has parsed it. */
export interface ExecCommand {
  path: string
  argv: string[]
  /** privileged (+), no-setuid (!), ambient (!!), no-env-expand (:), ignore-failure (-) */
  flags: string[]
}

/**
 * Parses one command of an Exec…Ex property: "{ path=/bin/x ; argv[]=/bin/x -a ; flags=ignore-failure ; …}"
 * (org.freedesktop.systemd1(5)). The arguments are split at blanks, as systemctl prints them without quotes.
 */
export function parseExec(value: string): ExecCommand | undefined {
  const path = /path=(.*?) ; argv\[\]=/s.exec(value)?.[1]
  if (path === undefined) return undefined
  const argv = /argv\[\]=(.*?) ; (?:ignore_errors|flags)=/s.exec(value)?.[1] ?? ''
  const flags = / ; flags=(.*?) ;/s.exec(value)?.[1] ?? ''
  const ignore = / ; ignore_errors=yes ;/.test(value) ? 'ignore-failure' : ''
  return {
    path,
    argv: argv.split(' ').filter(Boolean),
    flags: `${flags} ${ignore}`.split(/\s+/).filter(Boolean),
  }
}
