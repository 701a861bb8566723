import { mkdtemp, writeFile } from 'node:fs/promises'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Bug, errorText, orElse, reasonOf, stackOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { VERSION } from '../../host/version.ts'
import { systemdVersion } from '../../systemd/manager/version.ts'
import { dropInPaths } from '../../trial/transaction/trial-paths.ts'

/** Where hardenctl was when it struck. */
export interface BugPlace {
  /** The unit's real name, where it was known. */
  unit?: string | undefined
  /** What it was doing, such as "stage system, step health". */
  doing: string
}

/** Everything that a report needs: no arguments, no environment, and nothing of the service except its name. */
async function reportText(host: Host, error: unknown, { unit, doing }: BugPlace): Promise<string> {
  const systemd = await systemdVersion(host).catch(orElse(0))
  return [
    `hardenctl ${VERSION}, Node ${process.version}, systemd ${systemd}, Linux ${release()} ${process.arch}`,
    `unit: ${unit ?? 'not known yet'}`,
    `doing: ${doing}`,
    '',
    stackOf(error),
    '',
  ].join('\n')
}

/** Only root may read these files; a folder that others can change is not used. */
async function writeToState(host: Host, name: string, text: string): Promise<string> {
  await host.makeDirectory(host.manager.state, 0o700)
  const stat = await host.stat(host.manager.state)
  const own = stat?.kind === 'directory' && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0
  if (!own) return writeToTemporary(name, text)
  const path = join(host.manager.state, name)
  await host.write(path, text, 0o600)
  return path
}

/** Only its creator can use a folder of mkdtemp(3), whoever can write to the parent. */
async function writeToTemporary(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'hardenctl-')), name)
  await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  return path
}

async function whatStands(host: Host, error: unknown, unit: string | undefined): Promise<string> {
  if (error instanceof Bug) {
    return error.undone.proven
      ? 'The change on trial is undone, and the service is proven to answer as before.'
      : `The change on trial is undone as far as possible: ${error.undone.lines[0] ?? 'it is not proven'}.`
  }
  const paths = unit === undefined ? [] : dropInPaths(host.manager, unit)
  const found = await Promise.all(paths.map((path) => host.stat(path).catch(orElse(undefined))))
  return found.every((file) => file === undefined)
    ? 'Nothing is on trial, and the kept stages stay.'
    : 'A systemd timer undoes the change on trial within minutes.'
}

/** Writes down what a report of a bug needs, and says in two sentences what happened and what to do. */
export async function reportBug(
  host: Host,
  error: unknown,
  place: BugPlace,
): Promise<{ reason: string; next: string }> {
  const text = await reportText(host, error, place)
  const name = `bug-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.txt`
  const written = await writeToState(host, name, text)
    .catch((failure) => {
      reasonOf(failure)
      return writeToTemporary(name, text)
    })
    .then(
      (path) => `please report it with ${path}, which only root can read`,
      (failure) =>
        `hardenctl could not write a report (${reasonOf(failure)}): run it again with HARDENCTL_DEBUG=1`,
    )
  return {
    reason: `This is a bug in hardenctl, not in your service: ${errorText(error)}`,
    next: `${await whatStands(host, error, place.unit)} What to do: ${written}.`,
  }
}
