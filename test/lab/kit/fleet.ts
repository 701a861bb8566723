import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  /** Runs the roll-out; the arguments follow its name. */
  rollOut(argv?: readonly string[], options?: CommandOptions): Promise<CommandResult>
  stop(): void
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`
}

/** A lab has no network: ssh talks to a sshd that is started in it for each connection, as inetd would. */
function writeProxy(path: string, lab: Lab): void {
  const argv = lab.command(['/usr/sbin/sshd', '-i'])
  writeFileSync(path, `#!/bin/sh\nexec ${argv.map(quoted).join(' ')}\n`)
  chmodSync(path, 0o700)
}

async function letIn(lab: Lab, key: string): Promise<void> {
  await lab.output(['mkdir', '-p', '-m', '700', '/root/.ssh', '/run/sshd'])
  await lab.write('/root/.ssh/authorized_keys', key)
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

/**
 * `labs` by the names that the inventory gives them; `more`: names of the inventory that lead nowhere. `name`: that of
 * the collection below the namespace hardenctl.
 */
export async function makeFleet(
  ansible: string,
  labs: Readonly<Record<string, Lab>>,
  { name, files, more = [] }: { name: string; files: Files; more?: readonly string[] },
): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'hardenctl-fleet-'))
  await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')])
  const { stdout: key } = await command(['cat', join(folder, 'key.pub')])
  for (const [host, lab] of Object.entries(labs)) {
    writeProxy(join(folder, `${host}.proxy`), lab)
    await letIn(lab, key)
  }
  writeFileSync(join(folder, 'ssh_config'), sshConfig(folder))
  writeFileSync(join(folder, 'ansible.cfg'), '[defaults]\n')
  const vars = '[all:vars]\nansible_become=false'
  writeFileSync(join(folder, 'hosts'), `${[...Object.keys(labs), ...more, vars].join('\n')}\n`)
  writeCollection(join(folder, 'ansible_collections/hardenctl', name), files)
  const env = ansibleEnvironment(ansible, {
    ANSIBLE_CONFIG: join(folder, 'ansible.cfg'),
    ANSIBLE_COLLECTIONS_PATH: folder,
    ANSIBLE_INVENTORY: join(folder, 'hosts'),
    ANSIBLE_SSH_ARGS: `-F ${folder}/ssh_config`,
    ANSIBLE_PIPELINING: '1',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    ANSIBLE_LOCAL_TEMP: join(folder, 'tmp'),
    ANSIBLE_HOME: join(folder, 'home'),
  })
  return {
    folder,
    rollOut: (argv = [], options = {}) =>
      command(['ansible-playbook', `hardenctl.${name}.roll_out`, ...argv], {
        timeoutMs: 170_000,
        ...options,
        env,
      }),
    stop: () => rmSync(folder, { recursive: true, force: true }),
  }
}
