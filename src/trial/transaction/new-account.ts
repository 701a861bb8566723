import type { NewAccount } from '../../catalog/common/types.ts'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { MADE_BY } from '../../observe/config/free-account.ts'
import type { Account } from '../../observe/facts.ts'

/** The future account; nothing if none is created. */
export function accountsOf(account: NewAccount | undefined): Account[] {
  if (account === undefined) return []
  const { name, id } = account
  return [
    { kind: 'user', name, id, gid: id },
    { kind: 'group', name, id },
  ]
}

/**
 * Creates a system account and a group of its name, unless they exist. Throws with one line if that fails, or if they
 * have another id by now.
 */
export async function makeAccount(host: Host, { name, id }: NewAccount): Promise<void> {
  const line = `u ${name} ${id} "${MADE_BY}"`
  const made = await host.run(['systemd-sysusers', '--inline', line])
  if (made.exitCode !== 0)
    throw new ExpectedError(
      `systemd-sysusers did not create the account ${name}: ${made.stderr.trim().split('\n')[0]}`,
    )
  const now = (await host.run(['id', '-u', '--', name])).stdout.trim()
  if (now !== String(id)) throw new ExpectedError(`the account ${name} has uid ${now}, not ${id}`)
}
