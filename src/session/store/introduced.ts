import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { STATE_FOLDER } from '../../trial/transaction/trial-paths.ts'

/** There once somebody has read on this host what a walk does. */
const STAMP = `${STATE_FOLDER}/introduced`

/** Whether root has read the introduction on this host. */
export async function wasIntroduced(host: Host): Promise<boolean> {
  const stat = await host.stat(STAMP).catch(orElse(undefined))
  return stat?.kind === 'file' && stat.uid === 0
}

/** Where nothing can be written, the introduction is shown again next time. */
export async function rememberIntroduced(host: Host): Promise<void> {
  const write = async () => {
    await host.makeDirectory(STATE_FOLDER, 0o700)
    await host.write(STAMP, '', 0o600)
  }
  await write().catch(orElse(undefined))
}
