import { dirname, join } from 'node:path'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { inOwnFolder } from '../../host/own-folder.ts'
import type { Printer } from '../../host/printer.ts'
import type { Files } from '../../session/export/ansible/collection.ts'
import { HEADER } from '../../session/export/ansible/yaml-text.ts'

/** Who may read a file may enter its folder. */
function folderMode(mode: number): number {
  return mode | ((mode & 0o444) >> 2)
}

async function requireEarlierExport(host: Host, folder: string, path: string): Promise<void> {
  const text = await host.read(join(folder, 'galaxy.yml'))
  if (text?.startsWith(`# ${HEADER}\n`) !== true)
    throw new ExpectedError(`${path} is not empty, and holds no earlier export`, 'Nothing was changed.')
}

/** Writes a collection of Ansible into a folder: a new one, an empty one, or one with an earlier export. */
export async function deliverCollection(
  host: Host,
  { path, mode }: { path: string; mode: number },
  files: Files,
  printer: Printer,
): Promise<void> {
  await inOwnFolder(path, folderMode(mode), async (folder, names) => {
    if (names.length > 0) await requireEarlierExport(host, folder, path)
    for (const [name, text] of Object.entries(files)) {
      await host.makeDirectory(join(folder, dirname(name)), folderMode(mode))
      await host.write(join(folder, name), text, mode)
    }
  })
  printer.out(`Written to ${path}. How it is used is in ${join(path, 'README.md')}.`)
}
