/** The service manager that hardenctl speaks to on a host, and the folders where it and hardenctl have their files. */
export interface Manager {
  readonly kind: 'system' | 'user'
  /** The account that it belongs to. Only files of this account and of root are believed. */
  readonly uid: number
  /** Folder of the units of its administrator: what is kept is written there. */
  readonly config: string
  /** Folder of units that are gone after a boot: what is on trial is written there. */
  readonly runtime: string
  /** As `runtime`, but a file in it takes the place of one of its name in `config`: systemd.unit(5), "Unit File Load Path". */
  readonly control: string
  /** Folder of trials under way, gone after a boot. Nobody else may enter what is in it. */
  readonly run: string
  /** Folder of what hardenctl remembers. */
  readonly state: string
  /** Folder of what the administrator tells hardenctl. */
  readonly settings: string
  /** Where `run`, `config` and `state` are: folders that exist, of which each may be a file system of its own. */
  readonly places: { readonly run: string; readonly config: string; readonly state: string }
  /** How a person calls what speaks to it; `log` takes a unit. */
  readonly words: { readonly hardenctl: string; readonly systemctl: string; readonly log: string }
}

/** PID 1. */
export const SYSTEM_MANAGER: Manager = {
  kind: 'system',
  uid: 0,
  config: '/etc/systemd/system',
  runtime: '/run/systemd/system',
  control: '/run/systemd/system.control',
  run: '/run/hardenctl',
  state: '/var/lib/hardenctl',
  settings: '/etc/hardenctl',
  places: { run: '/run', config: '/etc', state: '/var/lib' },
  words: { hardenctl: 'hardenctl', systemctl: 'systemctl', log: 'journalctl -u' },
}
