import { basename } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDeb } from '../../../bin/package/deb.ts'
import { makeTarball } from '../../../bin/package/tarball.ts'
import type { Terminal } from '../../terminal/driver.ts'
import { tryFirstStage } from '../../terminal/say-yes.ts'
import { command } from './command.ts'
import { bootLab, type Lab } from './lab.ts'
import { labTitle, skipLab } from './lab-problem.ts'
import { type Listing, list } from './listing.ts'
import { buildPackage, packagesFolder } from './packages.ts'
import { answerOf, comparable, fireDeadMan, keptDropIn, show } from './subjects.ts'

const UNIT = 'nginx'
const VERSIONS = ['1.2.3', '1.2.4'] as const
const PATIENCE_MS = 60_000
const STATE = '/var/lib/hardenctl'

/** A lab without Node, with one package a version in /srv; their paths there. */
async function bareLab(suite: string): Promise<{ lab: Lab; debs: string[] }> {
  const { folder, remove } = packagesFolder()
  try {
    const built: string[] = []
    for (const version of VERSIONS) built.push(await buildPackage(makeDeb, folder, version))
    const lab = await bootLab({ suite, services: [UNIT], isBare: true })
    for (const path of built) lab.copyIn(path, '/srv')
    return { lab, debs: built.map((path) => `/srv/${basename(path)}`) }
  } finally {
    remove()
  }
}

/** What apt says, all of it; throws when it fails. */
function apt(lab: Lab, ...argv: string[]): Promise<string> {
  const words = ['apt-get', '--yes', '-o', 'Dpkg::Use-Pty=0', ...argv]
  return lab.output(words, { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: PATIENCE_MS })
}

/** The listing without what apt and dpkg write of every package. */
async function withoutDpkg(lab: Lab): Promise<Listing> {
  const listing = comparable(await list(lab, UNIT))
  const ours = ([path]: [string, string]) =>
    !/^\/var\/(lib\/(dpkg|apt)|cache\/(apt|debconf|ldconfig)|log\/(apt|dpkg\.log))/.test(path)
  return { ...listing, files: Object.fromEntries(Object.entries(listing.files).filter(ours)) }
}

/** All that a package left below /usr. */
async function leftInUsr(lab: Lab): Promise<string> {
  return lab.output(['find', '/usr', '-name', '*hardenctl*'])
}

/** The life of the Debian package on a host without Node. */
export function describePackage(suite: string): void {
  describe.skipIf(skipLab())(labTitle(`the Debian package on ${suite}`), () => {
    let lab: Lab
    let debs: string[]
    let before: Listing
    let invocation: string

    beforeAll(async () => {
      ;({ lab, debs } = await bareLab(suite))
      before = await withoutDpkg(lab)
    })
    afterAll(() => lab?.stop())

    const running = () => show(lab, UNIT, 'InvocationID')

    it('is installed with nothing but itself, and has its manual and completions', async () => {
      expect((await lab.run(['sh', '-c', 'command -v node || command -v hardenctl'])).stdout).toBe('')
      const said = await apt(lab, 'install', debs[0] as string)
      expect(said).toContain('1 newly installed')
      expect(await lab.output(['hardenctl', '--version'])).toBe('hardenctl 1.2.3\n')
      expect(await lab.output(['hardenctl', '--version'], { user: 'nobody' })).toBe('hardenctl 1.2.3\n')
      const shared = ['man/man8/hardenctl.8.gz', 'bash-completion/completions/hardenctl']
      await lab.output(['ls', ...shared.map((path) => `/usr/share/${path}`)])
      expect(await lab.output(['find', '/usr/lib/hardenctl/cache', '-type', 'f'])).not.toBe('')
      expect(
        await lab.output(['find', '/usr/lib/hardenctl', '/usr/sbin/hardenctl', '!', '-user', 'root']),
      ).toBe('')
    })

    it('walks and shows what it keeps, whatever Node is told by the environment', async () => {
      const argv = [
        'hardenctl',
        UNIT,
        '--yes',
        '--stages',
        'filesystem',
        '--no-rehearsal',
        '--watch-seconds',
        '1',
      ]
      const env = { NODE_OPTIONS: '--require /does/not/exist' }
      const walk = await lab.run(argv, { timeoutMs: 110_000, env })
      expect(walk).toMatchObject({ exitCode: 0, stderr: '' })
      expect((await lab.run(['hardenctl', 'status', UNIT])).exitCode).toBe(0)
      invocation = await running()
    })

    it('is upgraded, and keeps what was kept', async () => {
      await apt(lab, 'install', debs[1] as string)
      expect(await lab.output(['hardenctl', '--version'])).toBe('hardenctl 1.2.4\n')
      expect((await lab.run(['hardenctl', 'status', UNIT])).exitCode).toBe(0)
    })

    it('says before it is removed what stays in force and how it is undone, and touches no service', async () => {
      const said = await apt(lab, 'remove', 'hardenctl')
      expect(said).toMatch(/nginx: \/etc\/systemd\/system\/nginx\.service\.d\/zz-hardenctl-kept\.conf/)
      expect(said).toContain('hardenctl undo UNIT')
      expect(await keptDropIn(lab, `${UNIT}.service`)).toBeDefined()
      expect(await leftInUsr(lab)).toBe('')
    })

    it('is purged, but for the records of what is kept', async () => {
      await lab.output([
        'sh',
        '-c',
        `mkdir ${STATE}/other && touch ${STATE}/other/state.json ${STATE}/bug-1.txt`,
      ])
      expect(await apt(lab, 'purge', 'hardenctl')).toContain(`${STATE}/nginx stays`)
      expect((await lab.output(['ls', '-A', STATE])).trim()).toBe('nginx')
      expect(await running()).toBe(invocation)
      expect(await answerOf(lab)).toBe('200')
    })

    it('undoes all of it when it is installed again, and a purge then leaves nothing', async () => {
      await apt(lab, 'install', debs[1] as string)
      expect(await lab.run(['hardenctl', 'undo', UNIT])).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await apt(lab, 'purge', 'hardenctl')).not.toMatch(/stay|undo/)
      expect(await withoutDpkg(lab)).toEqual(before)
      expect(await leftInUsr(lab)).toBe('')
    })
  })
}

/** What happens to the package while a change is on trial. */
export function describeTrial(suite: string): void {
  describe.skipIf(skipLab())(labTitle(`a change on trial on ${suite}`), () => {
    let lab: Lab
    let debs: string[]
    let before: Listing
    let terminal: Terminal

    beforeAll(async () => {
      ;({ lab, debs } = await bareLab(suite))
      before = await withoutDpkg(lab)
    })
    afterAll(() => lab?.stop())

    async function askKeep(): Promise<void> {
      const argv = ['hardenctl', UNIT, '--stages', 'filesystem', '--no-rehearsal', '--keep-seconds', '600']
      terminal = lab.spawnPty([...argv, '--watch-seconds', '1'], { columns: 100, rows: 30 })
      await terminal.waitFor(/Enter begin|Enter measure/, PATIENCE_MS)
      // Only the first walk of a host tells what a walk does.
      if (terminal.screen().join('\n').includes('Enter begin')) await terminal.press('enter')
      await tryFirstStage(terminal)
      await terminal.waitFor('Enter answer', PATIENCE_MS)
    }

    it('is kept by the walk that goes on when the package is upgraded', async () => {
      await apt(lab, 'install', debs[0] as string)
      await askKeep()
      await apt(lab, 'install', debs[1] as string)
      expect(await answerOf(lab)).toBe('200')
      // As if each part had another name in the new version.
      await lab.output(['sh', '-c', 'mv /usr/lib/hardenctl/parts /usr/lib/hardenctl/new'])
      await terminal.press('enter')
      expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(0)
      // Its last words come from another part.
      await expect.poll(() => terminal.history().join('\n')).toContain(`hardenctl undo ${UNIT}`)
      await lab.output(['mv', '/usr/lib/hardenctl/new', '/usr/lib/hardenctl/parts'])
      expect((await lab.run(['hardenctl', 'status', UNIT])).exitCode).toBe(0)
      expect(await lab.run(['hardenctl', 'undo', UNIT])).toMatchObject({ exitCode: 0, stderr: '' })
    })

    it('is undone by systemd when the package is purged and the walk killed', async () => {
      await askKeep()
      const said = await apt(lab, 'purge', 'hardenctl')
      expect(said).toContain('A change is on trial')
      terminal.kill('SIGKILL')
      await terminal.ended()
      expect(await leftInUsr(lab)).toBe('')
      expect(await fireDeadMan(lab)).toBe(true)
      expect(await show(lab, UNIT, 'ProtectSystem')).toBe('no')
      expect(await answerOf(lab)).toBe('200')
      // The records stay, since they may be needed; a purge of the package installed again removes them.
      await apt(lab, 'install', debs[1] as string)
      await apt(lab, 'purge', 'hardenctl')
      expect(await withoutDpkg(lab)).toEqual(before)
    })
  })
}

/** The life of the archive for other distributions. */
export function describeArchive(suite: string): void {
  it.skipIf(skipLab())(
    labTitle(`the archive is installed and removed on ${suite}`),
    { timeout: 300_000 },
    async () => {
      const { folder, remove } = packagesFolder()
      const lab = await bootLab({ suite, services: [UNIT], isBare: true })
      try {
        const before = await withoutDpkg(lab)
        // The smallest Debian has no xz; all other distributions have.
        const archive = await buildPackage(makeTarball, folder, VERSIONS[0])
        const unpacked = archive.replace('.tar.xz', '')
        expect((await command(['tar', '-xf', archive, '-C', folder])).exitCode).toBe(0)
        lab.copyIn(unpacked, '/srv')
        await installAndRemove(lab, `/srv/${basename(unpacked)}/install`)
        expect(await leftInUsr(lab)).toBe('')
        expect(await withoutDpkg(lab)).toEqual(before)
      } finally {
        remove()
        await lab.stop()
      }
    },
  )
}

async function installAndRemove(lab: Lab, install: string): Promise<void> {
  expect((await lab.run([install], { user: 'nobody' })).stderr).toContain('only root')
  expect(await lab.output([install])).toContain('hardenctl 1.2.3 is installed: /usr/local/sbin/hardenctl')
  // Again, as an upgrade.
  await lab.output([install])
  const hardenctl = '/usr/local/sbin/hardenctl'
  expect(await lab.output([hardenctl, '--version'], { user: 'nobody' })).toBe('hardenctl 1.2.3\n')
  const argv = [UNIT, '--yes', '--stages', 'filesystem', '--no-rehearsal', '--watch-seconds', '1']
  await lab.output([hardenctl, ...argv], { timeoutMs: PATIENCE_MS })
  const uninstall = '/usr/local/lib/hardenctl/uninstall'
  expect(await lab.output([uninstall, '--purge'])).toMatch(/nginx: .*zz-hardenctl-kept.conf.*nginx stays/s)
  await lab.output([install])
  await lab.output([hardenctl, 'undo', UNIT], { timeoutMs: PATIENCE_MS })
  await lab.output([uninstall, '--purge'])
}
