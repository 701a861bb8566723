import { userInfo } from 'node:os'
import { ExpectedError } from './errors.ts'
import type { Host } from './host.ts'
import { liveHost } from './live-host.ts'
import type { Manager } from './manager.ts'

/** Programs of systemd that speak to PID 1 unless told otherwise. */
const SPEAK_TO_A_MANAGER = new Set(['systemctl', 'systemd-run', 'systemd-analyze', 'busctl'])

/** Variables that say where the files of a user are: the XDG Base Directory Specification. */
type Environment = Readonly<Record<string, string | undefined>>

function folderOf(environment: Environment, name: string, usual: string): string {
  const said = environment[name]
  // The specification has relative paths ignored.
  return said?.startsWith('/') ? said : usual
}

/** The manager of the account `uid`, whose home is `home`: systemd.unit(5), "User Unit Search Path". */
export function userManager(uid: number, home: string, environment: Environment): Manager {
  const config = folderOf(environment, 'XDG_CONFIG_HOME', `${home}/.config`)
  const state = folderOf(environment, 'XDG_STATE_HOME', `${home}/.local/state`)
  const runtime = folderOf(environment, 'XDG_RUNTIME_DIR', `/run/user/${uid}`)
  return {
    kind: 'user',
    uid,
    config: `${config}/systemd/user`,
    runtime: `${runtime}/systemd/user`,
    control: `${runtime}/systemd/user.control`,
    run: `${runtime}/hardenctl`,
    state: `${state}/hardenctl`,
    settings: `${config}/hardenctl`,
    places: { run: runtime, config: home, state: home },
    words: { hardenctl: 'hardenctl --user', systemctl: 'systemctl --user', log: 'journalctl --user-unit' },
  }
}

/** The argument array that asks the user's manager, for one that would ask PID 1. */
export function forUser(argv: readonly string[]): readonly string[] {
  const [program = '', ...rest] = argv
  return SPEAK_TO_A_MANAGER.has(program) ? [program, '--user', ...rest] : argv
}

/**
 * The machine that hardenctl runs on, with the service manager of the account that runs it and no other rights than
 * that account's. Throws ExpectedError where no such manager runs.
 */
export async function userHost(): Promise<Host> {
  const { uid, homedir } = userInfo()
  const live = liveHost()
  const manager = userManager(uid, homedir, process.env)
  const { run } = manager.places
  if ((await live.stat(`${run}/systemd/private`))?.kind !== 'socket')
    throw new ExpectedError(
      `no service manager of yours runs: ${run}/systemd/private is not there`,
      'Log in as this user, or have root let it run without a login: loginctl enable-linger.',
    )
  const env = { XDG_RUNTIME_DIR: run, HOME: homedir }
  return {
    ...live,
    manager,
    run: (argv, options = {}) => live.run(forUser(argv), { ...options, env: { ...env, ...options.env } }),
  }
}
