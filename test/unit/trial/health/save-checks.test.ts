import { describe, expect, it } from 'vitest'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import { checkText, parseCheck, parseExercise } from '../../../../src/trial/health/check.ts'
import { saveChecks, savedLine, saveFile, unsavedChecks } from '../../../../src/trial/health/save-checks.ts'
import { readSavedChecks, SavedChecksError } from '../../../../src/trial/health/saved-checks.ts'
import { machine } from './root-files.ts'

describe('the text of a check', () => {
  it.each([
    'http://127.0.0.1/a?b=1',
    'tcp:127.0.0.1:25',
    'tcp:[::1]:25',
    'unix:/run/a b',
    '/usr/bin/check --all',
    'as=app exit=3 curl -H \'A: "b" $c\' x\\ y',
    "sh -c 'echo \"it'\"'\"'s\"'",
    "say ''",
  ])('is read as the same check: %s', (text) => {
    const check = parseCheck(text)
    expect(parseCheck(checkText(check) ?? '')).toEqual(check)
  })

  it('cannot hold a conversation, nor a word of two lines in a file', () => {
    const to = { transport: 'tcp', address: '::1', port: 25 } as const
    expect(savedLine({ kind: 'talk', protocol: 'SMTP', to, timeoutMs: 1 })).toBeUndefined()
    expect(savedLine(parseExercise("printf 'a\nb'"))).toBeUndefined()
  })
})

const UNIT = 'x.service'
const GIVEN = [parseCheck('tcp:127.0.0.1:25'), parseExercise("as=app /opt/use 'a b'")]
const SAVED = { checks: ['tcp:127.0.0.1:25'], exercises: ["as=app /opt/use 'a b'"] }

describe('saved checks', () => {
  it('are read again as they were given, from a file that root alone can write', async () => {
    const { host, modes } = machine()
    expect(await unsavedChecks(host, UNIT, GIVEN)).toEqual(GIVEN)
    await saveChecks(host, UNIT, GIVEN)
    expect(await readSavedChecks(host, UNIT)).toEqual(SAVED)
    expect(await unsavedChecks(host, UNIT, GIVEN)).toEqual([])
    expect(Object.values(modes)).toEqual([0o755, 0o755, 0o755, 0o644])
  })

  it('come after what somebody wrote into the file', async () => {
    const { host, files } = machine({ [saveFile(SYSTEM_MANAGER, UNIT)]: '# mine\nCheck=unix:/run/x' })
    await saveChecks(host, UNIT, GIVEN)
    expect(files[saveFile(SYSTEM_MANAGER, UNIT)]?.split('\n').slice(0, 3)).toEqual([
      '# mine',
      'Check=unix:/run/x',
      'Check=tcp:127.0.0.1:25',
    ])
  })

  it.each([
    '/etc/hardenctl',
    '/etc/hardenctl/checks.d',
    `/etc/hardenctl/checks.d/${UNIT}`,
    saveFile(SYSTEM_MANAGER, UNIT),
  ])('are not written where another may write %s', async (path) => {
    const { host, files } = machine({ [saveFile(SYSTEM_MANAGER, UNIT)]: '# mine\n' }, { [path]: { uid: 33 } })
    await expect(saveChecks(host, UNIT, GIVEN)).rejects.toThrow(SavedChecksError)
    expect(files[saveFile(SYSTEM_MANAGER, UNIT)]).toBe('# mine\n')
  })
})
