import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DEPENDS } from './node.ts'
import type { Architecture, Release } from './release.ts'
import { run } from './run.ts'
import { layOut, type Packing, type Parts, place, script, settle, zipped } from './tree.ts'

const MAINTAINER = 'hardenctl authors <authors@hardenctl.example>'

/** Why lintian(1) is not heeded, tag by tag. */
const OVERRIDES = `# Node is taken as its project builds and tests it, with its own copies of libraries.
hardenctl: embedded-library *
hardenctl: hardening-no-pie *
# Its licence is given word for word as its project publishes it, old addresses and whole licences within.
hardenctl: copyright-file-contains-full-apache-2-license
hardenctl: copyright-not-using-common-license-for-apache2
hardenctl: old-fsf-address-in-copyright-file
# Not in Debian's archive, so there is no bug to close.
hardenctl: initial-upload-closes-no-bugs *
`

function sizeKiB(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (
    files.reduce((sum, path) => sum + Math.ceil(statSync(path).size / 1024), 0) +
    entries.length -
    files.length
  )
}

function control({ version }: Release, { debian }: Architecture, installedKiB: number): string {
  return `Package: hardenctl
Version: ${version}-1
Section: admin
Priority: optional
Architecture: ${debian}
Maintainer: ${MAINTAINER}
Installed-Size: ${installedKiB}
Depends: ${DEPENDS}, libseccomp2, systemd (>= 247)
Recommends: iproute2, libcap2-bin, strace
Suggests: bash-completion
Description: wizard that hardens one systemd service, stage by stage
 hardenctl walks one systemd service of a live server through five stages:
 capabilities, user switch, filesystem, system restrictions, system calls. It
 proposes settings with the evidence for each, tries them in a clone of the
 host, applies one stage, restarts the service and checks its health. It rolls
 back by itself if the service is not as before, even if it is killed itself.
 .
 The package brings its own Node.js and fetches nothing.
`
}

function debianChangelog({ version, epoch }: Release): string {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000')
  return `hardenctl (${version}-1) unstable; urgency=medium

  * Release ${version}: see /usr/share/doc/hardenctl/changelog.gz.

 -- ${MAINTAINER}  ${date}
`
}

/** Makes the Debian package in `work`, a folder of its own, and returns its path in `output`. */
export async function makeDeb(
  work: string,
  output: string,
  release: Release,
  architecture: Architecture,
  parts: Parts,
  { loosely = false }: Packing = {},
): Promise<string> {
  const folder = join(work, 'deb')
  rmSync(folder, { recursive: true, force: true })
  layOut(join(folder, 'usr'), release, parts, 'vendor-completions')
  place(join(folder, 'usr/share/doc/hardenctl/changelog.Debian.gz'), zipped(debianChangelog(release)))
  place(join(folder, 'usr/share/lintian/overrides/hardenctl'), OVERRIDES)
  const meta = join(folder, 'DEBIAN')
  place(join(meta, 'control'), control(release, architecture, sizeKiB(folder)))
  place(join(meta, 'postinst'), script('postinst'), 0o755)
  place(join(meta, 'prerm'), script('prerm'), 0o755)
  const leave = script('leave').replace(/^#!.*\n/, '')
  place(
    join(meta, 'postrm'),
    script('postrm').replace('#LEAVE#\n', () => leave),
    0o755,
  )
  const sums = await run(['sh', '-c', 'find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum'], {
    cwd: folder,
  })
  place(join(meta, 'md5sums'), sums)
  settle(folder, release)
  mkdirSync(output, { recursive: true })
  const path = join(output, `hardenctl_${release.version}-1_${architecture.debian}.deb`)
  const packing = loosely ? ['-Znone'] : ['-Zxz', '-z6']
  await run(['dpkg-deb', '--root-owner-group', ...packing, '--build', folder, path], {
    // One thread, since more would cut the archive where it depends on their number.
    env: { ...process.env, SOURCE_DATE_EPOCH: String(release.epoch), DPKG_DEB_THREADS_MAX: '1' },
  })
  rmSync(folder, { recursive: true })
  return path
}
