import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'

/** There once somebody has read on this host what a walk does. No folder of a unit begins with a dot. */
const STAMP = '.introduced'
/** Its first name, which is also that of the folder of introduced.service. */
const OLD_STAMP = 'introduced'

/** Gives a stamp of that name the present one, since it stands where the folder of a unit may have to be. */
export async function renameOldStamp(host: Host): Promise<void> {
  const rename = async () => {
    if (!(await isStamp(host, OLD_STAMP))) return
    await writeStamp(host)
    await host.remove(`${host.manager.state}/${OLD_STAMP}`)
  }
  await rename().catch(orElse(undefined))
}

/** Whether the manager's account has read the introduction on this host. */
export async function wasIntroduced(host: Host): Promise<boolean> {
  return (await isStamp(host, STAMP)) || (await isStamp(host, OLD_STAMP))
}

/** Where nothing can be written, the introduction is shown again next time. */
export async function rememberIntroduced(host: Host): Promise<void> {
  await writeStamp(host).catch(orElse(undefined))
}

async function isStamp(host: Host, name: string): Promise<boolean> {
  const { state, uid } = host.manager
  const stat = await host.stat(`${state}/${name}`).catch(orElse(undefined))
  return stat?.kind === 'file' && stat.uid === uid
}

async function writeStamp(host: Host): Promise<void> {
  await host.makeDirectory(host.manager.state, 0o700)
  await host.write(`${host.manager.state}/${STAMP}`, '', 0o600)
}
