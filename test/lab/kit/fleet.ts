import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Files } from '../../../src/session/export/ansible/collection.ts'
import { ansibleEnvironment } from './ansible.ts'
import { type CommandOptions, type CommandResult, command } from './command.ts'
import type { Lab } from './lab.ts'

/** What a host of a fleet has beside its service: a way in by ssh, and the Python that Ansible's modules run in. */
export const FLEET_PACKAGES: readonly string[] = ['openssh-server', 'python3', 'python3-apt']

/** Labs that ansible-playbook reaches by ssh, and what it runs. */
export interface Fleet {
  readonly folder: string
  /** Runs the roll-out; the arguments follow its name. `by`: a program that starts it. */
  rollOut(
    argv?: readonly string[],
    options?: Omit<CommandOptions, 'env'> & { by?: readonly string[] },
  ): Promise<CommandResult>
  /** Opens the way to a host, again after cutOff(). */
  letIn(host: string, lab: Lab): Promise<void>
  /** Ends each connection to a host at once, and lets no other begin. */
  cutOff(host: string, lab: Lab): Promise<void>
  /** Runs ansible-lint over the collection, with the strictest profile and all warnings. */
  lint(): Promise<CommandResult>
  stop(): void
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`
}

/** What carries a connection of ssh to a host. */
export function writeProxy(folder: string, host: string, argv: readonly string[]): void {
  const path = join(folder, `${host}.proxy`)
  writeFileSync(path, `#!/bin/sh\nexec ${argv.map(quoted).join(' ')}\n`)
  chmodSync(path, 0o700)
}

/** A lab has no network: ssh talks to a sshd that is started in it for each connection, as inetd would. */
export function sshdIn(lab: Lab): string[] {
  return lab.command(['/usr/sbin/sshd', '-i'])
}

async function letIn(folder: string, host: string, lab: Lab): Promise<void> {
  await lab.output(['mkdir', '-p', '-m', '700', '/root/.ssh', '/run/sshd'])
  await lab.write('/root/.ssh/authorized_keys', readFileSync(join(folder, 'key.pub'), 'utf8'))
  writeProxy(folder, host, sshdIn(lab))
}

async function cutOff(folder: string, host: string, lab: Lab): Promise<void> {
  writeProxy(folder, host, ['false'])
  // Those of the lab: it has its own processes.
  await lab.run(['pkill', '-KILL', 'sshd'])
}

function inventory(
  hosts: readonly string[],
  variables: Readonly<Record<string, Readonly<Record<string, string>>>>,
): string {
  const lines = hosts.map((host) =>
    [host, ...Object.entries(variables[host] ?? {}).map(([name, value]) => `${name}=${value}`)].join(' '),
  )
  return [...lines, '[all:vars]', 'ansible_become=false', ''].join('\n')
}

function sshConfig(folder: string): string {
  return [
    'Host *',
    'User root',
    `ProxyCommand ${folder}/%n.proxy`,
    `IdentityFile ${folder}/key`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${folder}/known_hosts`,
    'StrictHostKeyChecking accept-new',
    'ControlMaster auto',
    `ControlPath ${folder}/%n.socket`,
    'ControlPersist 10s',
    '',
  ].join('\n')
}

/** The collection where ansible-galaxy would install it. */
function writeCollection(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

interface FleetWish {
  /** Of the collection, below the namespace hardenctl. */
  name: string
  files: Files
  /** Names of the inventory that lead nowhere. */
  more?: readonly string[]
  /** Variables by host. */
  variables?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Name of a file in the folder that gets the log of Ansible, with times. */
  log?: string
}

function environment(ansible: string, folder: string): Record<string, string> {
  return ansibleEnvironment(ansible, {
    HOME: join(folder, 'home'),
    ANSIBLE_CONFIG: join(folder, 'ansible.cfg'),
    ANSIBLE_COLLECTIONS_PATH: folder,
    ANSIBLE_INVENTORY: join(folder, 'hosts'),
    ANSIBLE_SSH_ARGS: `-C -F ${folder}/ssh_config`,
    ANSIBLE_PIPELINING: '1',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    ANSIBLE_LOCAL_TEMP: join(folder, 'tmp'),
  })
}

/** `labs` by the names that the inventory gives them. */
export async function makeFleet(
  ansible: string,
  labs: Readonly<Record<string, Lab>>,
  { name, files, more = [], variables = {}, log }: FleetWish,
): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'hardenctl-fleet-'))
  await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')])
  for (const [host, lab] of Object.entries(labs)) await letIn(folder, host, lab)
  writeFileSync(join(folder, 'ssh_config'), sshConfig(folder))
  writeFileSync(join(folder, 'ansible.cfg'), '[defaults]\n')
  writeFileSync(join(folder, 'hosts'), inventory([...Object.keys(labs), ...more], variables))
  const collection = join(folder, 'ansible_collections/hardenctl', name)
  writeCollection(collection, files)
  const env = {
    ...environment(ansible, folder),
    ...(log === undefined ? {} : { ANSIBLE_LOG_PATH: join(folder, log) }),
  }
  const run = (argv: readonly string[], options: CommandOptions) =>
    command(argv, { timeoutMs: 170_000, ...options, env })
  const lint = ['--offline', '--nocolor', '--strict', '--profile', 'production']
  return {
    folder,
    rollOut: (argv = [], { by = [], ...options } = {}) =>
      run([...by, 'ansible-playbook', `hardenctl.${name}.roll_out`, ...argv], options),
    lint: () => run(['ansible-lint', ...lint, '--project-dir', collection, collection], {}),
    letIn: (host, lab) => letIn(folder, host, lab),
    cutOff: (host, lab) => cutOff(folder, host, lab),
    stop: () => rmSync(folder, { recursive: true, force: true }),
  }
}
