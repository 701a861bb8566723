import { commandWords } from './command-words.ts'

/** Words of a configuration that may name a thing of the machine; whether it is there, its reader finds out. */
export interface NamedWords {
  /** Absolute, without blanks. */
  paths: string[]
  /** Names or addresses of other machines. */
  hosts: string[]
  /** What a key such as "user" or "uid" is set to. */
  accounts: string[]
  /** A key such as "path" or "root" is set to "/": it reaches everything. */
  everything: boolean
  /** A path has a pattern or a variable in the place of a person: "/home/*", "/home/%u", "/home/$user". */
  homes: boolean
  /** Programs with an argument behind them: "/bin/sh -c '…'", "/usr/bin/perl /srv/x". */
  commands: string[]
  /** What a key such as "archive_command" is set to: absolute paths, and names of programs. */
  called: string[]
  /** Hidden files that each account may have in its home: "~/.forward", "$home/.forward", "%h/.qmail". */
  homeFiles: string[]
  /** /tmp or /var/tmp itself is set as the place of what a service keeps: "session.save_path=/tmp". */
  kept: string[]
}

/** Lines that most formats take for comments. */
const COMMENT = /^\s*(?:[#;!*]|\/\/|--|<!--|dnl\b)/
/** A comment behind a value, where a blank stands before it. */
const TRAILING = /\s(?:#|\/\/)\s.*$/
/** Names of grammars, which look like addresses of pages. */
const GRAMMAR = /\b(?:xmlns(?::[\w-]+)?|\w+:schemaLocation|\$schema)["']?\s*[=:]\s*["'][^"']*["']/g
/** No line of a configuration is longer; one that is holds data. */
const MAX_LINE = 4096
const PATH = /(?<![\w/.:@*$%}\\-])\/[\w.+@%~-]+(?:\/[\w.+@%~-]+)*/g
const URL_HOST = /\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@"']*@)?(\[[0-9a-f:.]+\]|[\w.-]+)/gi
const ADDRESS = /(?<![\w.:/-])\d{1,3}(?:\.\d{1,3}){3}(?![\w./-])/g
/** "smarthost = mail.corp.net", "server ntp.corp.net iburst" */
const HOST_KEY =
  /(?:^|[\s"'<{,])[\w.-]*(?:host|server|relay|peer|remote|upstream|forward|primary|pool)\w*["']?\s*[=:\s]\s*["'[]*((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})\b(?!\/)/gi
const ACCOUNT_KEY =
  /(?:^|[\s"'<{,;])(?:uid|user|username|run_?as(?:_?user)?|daemon_?user|setuid)["']?\s*[=:\s]\s*["']?([a-z_][a-z0-9_-]{0,31})(?![\w./-])/gi
/** "path = /", "--base-path=/" */
const SET_TO_ROOT = /(?:^|[\s"'<{,;])-*([\w.-]+)["']?\s*[=:]\s*["']?\/["']?\s*(?:[,;}\s]|$)/g
const PLACE_KEY = /(?:path|root|rootfs|dir|directory|folder|base|source|export)$/i
/** The path of a cookie or of a page is none of the machine. */
const PAGE_KEY = /cookie|url|uri|http|web|context/i
const EACH_HOME = /(?<![\w/.@-])\/home\/(?:[*?%$~<[{]|:\w)/
/** Not "tmpdir = /tmp": what is kept there must outlive a restart. */
const KEPT_IN =
  /(?:save|session|store|persist|state|data|spool)[\w.-]*["']?\s*[=:\s]\s*["']?(\/(?:var\/)?tmp)\/?(?![\w./-])/gi
/** Reserved for examples and for this machine itself (RFC 2606, RFC 6761). */
const NOWHERE = /(?:^|\.)(?:example(?:\.(?:com|net|org))?|invalid|test|localhost|localdomain)$/i
const LOCAL = /^(?:127\.|0\.0\.0\.0$|255\.|\[?::1?\]?$)/
/** Endings of files, which look like those of host names. */
const FILE_ENDING =
  /\.(?:conf|cfg|cf|ini|log|pid|sock|socket|so|sh|py|pl|pem|key|crt|db|txt|html?|xml|json|ya?ml|service)$/i
/** Not the "#!/bin/sh" of a list of kinds of files: magic(5). */
const COMMAND = /(?<![\w/.!])(\/(?:[\w.+-]+\/)*s?bin\/[\w.+-]+)["']?[ \t]+["'(]?[-/$%"'`]/g
const OF_EACH = /(?:~|\$\{?home\}?|%[hd])\/(\.[a-z][\w.-]*)/gi

export function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
}

function elsewhere(host: string): boolean {
  return host.includes('.') || host.includes(':')
    ? /[a-z0-9]/i.test(host) && !NOWHERE.test(host) && !LOCAL.test(host) && !FILE_ENDING.test(host)
    : false
}

/** Whether a key such as "path" or "root" is set to "/". */
export function namesRoot(line: string): boolean {
  return [...line.matchAll(SET_TO_ROOT)].some(([, key = '']) => PLACE_KEY.test(key) && !PAGE_KEY.test(key))
}

/** Lines of any line-oriented configuration, whatever its grammar, without comments. */
export function settingLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.length <= MAX_LINE && !COMMENT.test(line))
    .map((line) => line.replace(TRAILING, ''))
}

/** Reads any line-oriented configuration. Values are not kept: only what has the form of a name. */
export function namedWords(text: string): NamedWords {
  const [paths, hosts, accounts, kept]: [string[], string[], string[], string[]] = [[], [], [], []]
  const [homeFiles, commands, called]: [string[], string[], string[]] = [[], [], []]
  let [everything, homes] = [false, false]
  for (const setting of settingLines(text)) {
    const line = setting.replace(GRAMMAR, '')
    paths.push(...(line.match(PATH) ?? []).map((path) => path.replace(/[.,]+$/, '')))
    everything ||= namesRoot(line)
    homes ||= EACH_HOME.test(line)
    for (const [, program = ''] of line.matchAll(COMMAND)) commands.push(program)
    called.push(...commandWords(line))
    for (const [, file = ''] of line.matchAll(OF_EACH)) homeFiles.push(`~/${file}`)
    for (const [, host = ''] of line.matchAll(URL_HOST)) hosts.push(host)
    hosts.push(...(line.match(ADDRESS) ?? []))
    for (const [, host = ''] of line.matchAll(HOST_KEY)) hosts.push(host)
    for (const [, account = ''] of line.matchAll(ACCOUNT_KEY)) accounts.push(account)
    for (const [, path = ''] of line.matchAll(KEPT_IN)) kept.push(path)
  }
  return {
    paths: unique(paths),
    hosts: unique(hosts).filter(elsewhere),
    accounts: unique(accounts),
    everything,
    homes,
    homeFiles: unique(homeFiles),
    commands: unique(commands),
    called: unique(called),
    kept: unique(kept),
  }
}

/** Accounts that a command line tells a program to become: "-u NAME", "--user NAME", "--user=NAME". */
export function accountsOfArguments(argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    const joined = /^--(?:user|username|run-?as)=([a-z_][\w-]*)$/i.exec(word)?.[1]
    if (joined !== undefined) return [joined]
    const next = argv[at + 1] ?? ''
    return /^(?:-u|--user|--username|--run-?as)$/i.test(word) && /^[a-z_][\w-]*$/i.test(next) ? [next] : []
  })
}

/** Accounts and groups ("%wheel") that have a line of their own in sudoers(5). */
export function sudoSubjects(text: string): string[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => !/^\s*(?:#|@include|Defaults|\w+_Alias\b)/.test(line))
    .flatMap((line) => /^\s*(%?[a-z_][\w-]*)\s+[^=]*=/i.exec(line)?.[1] ?? [])
}
