import { expect, it } from 'vitest'
import { readUnit } from '../../../../src/observe/config/unit.ts'
import { memoryHost } from '../memory-host.ts'

const FILES = `# /etc/systemd/system/a.service
[Service]
ExecStart=/bin/a
ProtectSystem=full
Environment="TOKEN=s3cret word"
SetCredential=key:s3cret
`

/** Answers every `systemctl show` and `systemctl cat` of one unit. */
function machine(): ReturnType<typeof memoryHost> {
  const host = memoryHost({ files: {} })
  const stdout = (argv: readonly string[]) =>
    argv[1] === 'cat' ? FILES : 'Id=a.service\nEnvironment="TOKEN=s3cret word"\n'
  return { ...host, run: async (argv) => ({ exitCode: 0, stdout: stdout(argv), stderr: '' }) as never }
}

it('keeps where a unit writes its settings, and no secret of environment or credentials', async () => {
  const unit = await readUnit(machine(), 'a.service')
  expect(unit.written.ProtectSystem).toEqual({ value: 'full', place: '/etc/systemd/system/a.service:3' })
  expect(unit.properties.Environment).toEqual(['TOKEN'])
  expect(JSON.stringify(unit)).not.toContain('s3cret')
})
