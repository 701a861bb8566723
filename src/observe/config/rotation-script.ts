const ACTIONS = new Set([
  'reload',
  'restart',
  'try-restart',
  'reload-or-restart',
  'try-reload-or-restart',
  'force-reload',
  'condrestart',
  'condreload',
  'kill',
  'rotate',
  'reopen',
])

/**
 * Whether shell lines of a logrotate script reach one of these unit names through systemctl, service, invoke-rc.d or
 * /etc/init.d. A bare `kill` of a pid file does not count: it goes round systemd.
 */
export function reachesUnit(lines: readonly string[], unitNames: readonly string[]): boolean {
  const names = new Set(unitNames.flatMap((name) => [name, name.replace(/\.service$/, '')]))
  // A command ends at ; & | ( ) ` or a line's end; 2>&1 must not cut one in two.
  const commands = lines.flatMap((line) => line.replace(/\d?>&\d/g, ' ').split(/[;&|()`]|\$\(/))
  return commands.some((command) => {
    const words = command
      .split(/\s+/)
      .map((word) => word.replace(/^["']|["']$/g, ''))
      .filter((word) => word !== '' && !word.startsWith('>'))
    return words.some((word, at) => callReaches(word, words.slice(at + 1), names))
  })
}

function callReaches(program: string, rest: readonly string[], names: ReadonlySet<string>): boolean {
  const base = program.split('/').at(-1) ?? ''
  const words = rest.filter((word) => !word.startsWith('-'))
  if (base === 'systemctl')
    return ACTIONS.has(words[0] ?? '') && words.slice(1).some((word) => names.has(word))
  if (base === 'service' || base === 'invoke-rc.d') {
    return names.has(words[0] ?? '') && ACTIONS.has(words[1] ?? '')
  }
  return /^\/etc\/(rc\.d\/)?init\.d\//.test(program) && names.has(base) && ACTIONS.has(words[0] ?? '')
}
