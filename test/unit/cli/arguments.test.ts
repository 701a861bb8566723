import { describe, expect, it } from 'vitest'
import { parseArguments, UsageError } from '../../../src/cli/arguments.ts'
import { commandNamed } from '../../../src/cli/definition.ts'

const WALK = {
  command: 'walk',
  unit: 'apache2',
  yes: false,
  timings: false,
  checks: [],
  exercises: [],
  keepSeconds: 30,
  watchSeconds: 12,
  stages: ['capabilities', 'user', 'filesystem', 'system', 'syscalls'],
  level: 'standard',
  rehearse: true,
  once: false,
  exactCalls: false,
}

describe('the command line', () => {
  it.each([
    ['apache2', WALK],
    ['apache2 --yes', { ...WALK, yes: true }],
    ['-y apache2', { ...WALK, yes: true }],
    ['apache2 --timings', { ...WALK, timings: true }],
    ['apache2 --check tcp:a:1 --check=/bin/x', { ...WALK, checks: ['tcp:a:1', '/bin/x'] }],
    ['apache2 --exercise a --exercise=b', { ...WALK, exercises: ['a', 'b'] }],
    ['apache2 --once', { ...WALK, once: true }],
    ['apache2 --learn-live 60', { ...WALK, learnLive: 60 }],
    ['apache2 --syscalls exact', { ...WALK, exactCalls: true }],
    ['apache2 --syscalls groups', WALK],
    ['apache2 --level tight', { ...WALK, level: 'tight' }],
    ['apache2 --no-rehearsal', { ...WALK, rehearse: false }],
    ['apache2 --keep-seconds 10', { ...WALK, keepSeconds: 10 }],
    ['apache2 --keep-seconds=600', { ...WALK, keepSeconds: 600 }],
    ['apache2 --exercise x --exercise-as app', { ...WALK, exercises: ['x'], exerciseAs: 'app' }],
    ['apache2 --watch-seconds 1', { ...WALK, watchSeconds: 1 }],
    ['apache2 --watch-seconds=3600', { ...WALK, watchSeconds: 3600 }],
    ['apache2 --stages filesystem', { ...WALK, stages: ['filesystem'] }],
    ['apache2 --stages system,filesystem', { ...WALK, stages: ['filesystem', 'system'] }],
    ['apache2 --stages user,user', { ...WALK, stages: ['user'] }],
    ['apache2 --stages syscalls --learn-live 60', { ...WALK, stages: ['syscalls'], learnLive: 60 }],
    ['status', { command: 'status' }],
    ['status apache2', { command: 'status', unit: 'apache2' }],
    ['audit', { command: 'audit', units: [], format: 'table' }],
    ['audit a b --json', { command: 'audit', units: ['a', 'b'], format: 'json' }],
    [
      'audit --sarif --metrics /x --threshold 50',
      { command: 'audit', units: [], format: 'sarif', metrics: '/x', threshold: 50 },
    ],
    ['undo apache2', { command: 'undo', unit: 'apache2' }],
    ['status undo', { command: 'status', unit: 'undo' }],
    ['-- -x', { ...WALK, unit: '-x' }],
    ['--help', { command: 'help' }],
    ['apache2 -h', { command: 'help' }],
    ['help', { command: 'help' }],
    ['help undo', { command: 'help', about: commandNamed('undo') }],
    ['help walk', { command: 'help', about: commandNamed('walk') }],
    ['status --help', { command: 'help', about: commandNamed('status') }],
    ['walk', { ...WALK, unit: 'walk' }],
    ['help.service', { ...WALK, unit: 'help.service' }],
    ['--version', { command: 'version' }],
  ])('%s', (line, expected) => {
    expect(parseArguments(line.split(' ').filter(Boolean))).toEqual(expected)
  })

  it.each([
    ['', /name a unit/],
    ['undo', /name a unit/],
    ['apache2 nginx', /one unit at a time/],
    ['undo a b', /one unit at a time/],
    ['undo a --yes', /--yes is for the walk; undo takes no options/],
    ['status a --check tcp:a:1', /--check is for the walk/],
    ['audit --json --sarif', /give one of them/],
    ['audit --threshold 101', /0 to 100/],
    ['audit --threshold 5.0', /0 to 100/],
    ['audit --once', /--once is for the walk; audit takes only --json/],
    ['apache2 --json', /--json is for audit/],
    ['audit --metrics=', /path of a file/],
    ['help --once', /--once is for the walk; help takes no options/],
    ['help apache2', /no command "apache2"; the commands are walk, audit, status, undo/],
    ['help status undo', /one command/],
    ['--no-rehearsal status a', /--no-rehearsal is for the walk/],
    ['apache2 --syscalls all', /groups or exact/],
    ['apache2 --once --no-rehearsal', /needs the rehearsal/],
    ['apache2 --once --learn-live 60', /restarts the live service/],
    ['apache2 --learn-live 9', /takes 10 to 3600/],
    ['apache2 --learn-live 1e2', /takes 10 to 3600/],
    ['apache2 --stages files', /--stages takes names from capabilities, user, .* not "files"/],
    ['apache2 --stages System', /not "System"/],
    ['apache2 --stages user,', /not ""/],
    ['apache2 --stages=', /not ""/],
    ['apache2 --stages', /--stages/],
    ['apache2 --stages user --learn-live 60', /which --stages leaves out/],
    ['apache2 --watch-seconds 0', /--watch-seconds takes 1 to 3600/],
    ['apache2 --watch-seconds 3601', /--watch-seconds takes 1 to 3600/],
    ['apache2 --watch-seconds 1.5', /--watch-seconds takes 1 to 3600/],
    ['apache2 --watch-seconds -5', /--watch-seconds/],
    ['apache2 --force', /Unknown option '--force'/],
    ['apache2 --yes=no', /--yes/],
    ['apache2 --check', /--check/],
    ['apache2 --keep-seconds 9', /10 to 600/],
    ['apache2 --keep-seconds 601', /10 to 600/],
    ['apache2 --keep-seconds 1e2', /10 to 600/],
    ['apache2 --keep-seconds 30.5', /10 to 600/],
    ['apache2 --keep-seconds=', /10 to 600/],
  ])('%j is refused with one line', (line, reason) => {
    const parse = () => parseArguments(line.split(' ').filter(Boolean))
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(reason)
    expect(parse).toThrow(/^[^\n]+$/)
  })
})
