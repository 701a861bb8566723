import { describe, expect, test } from 'vitest'
import {
  type AtWork,
  embeddedInterpreters,
  evaluatesText,
  isTextFor,
} from '../../../../src/observe/files/embedded-interpreters.ts'

const names = (imported: string[], exported: string[]) => ({
  imported: new Set(imported),
  exported: new Set(exported),
})

describe('an interpreter', () => {
  test.each<[string, string[], string[], boolean]>([
    ['Perl', ['execvp', 'execv'], ['Perl_eval_pv'], true],
    ['Python', ['posix_spawnp', 'system'], ['PyEval_EvalCode'], true],
    ['Lua', ['popen', 'system'], ['luaL_loadstring'], true],
    ['Ruby', ['execv', 'system'], ['rb_eval_string'], true],
    ['Tcl', ['execvp'], ['Tcl_Eval'], true],
    ['PHP', ['popen', 'execl'], ['zend_eval_string'], true],
    [
      'a language without starts, in a server that starts one program',
      ['execve'],
      ['luaL_loadstring'],
      false,
    ],
    ['a library of expressions', ['execvp'], ['g_regex_replace_eval', 'xmlXPathEval', 'eval_user'], false],
  ])('%s: %s, %s', (_, imported, exported, is) => {
    expect(evaluatesText(names(imported, exported))).toBe(is)
  })
})

describe('is at work inside of a program', () => {
  const one = (path: string, kind: AtWork['kind'], dynamic: AtWork['dynamic']): AtWork => ({
    path,
    kind,
    dynamic,
    isInterpreter: dynamic !== undefined && evaluatesText(dynamic),
  })
  const server = one('/usr/sbin/srv', 'program', names(['bind'], []))
  const plugin = one('/usr/lib/srv/script.so', 'plug-in', names(['luaL_loadstring'], ['init']))
  const library = one('/usr/lib/liblua.so', 'library', names(['system'], ['luaL_loadstring']))
  test.each<[string, AtWork[], string | undefined]>([
    ['a plug-in brought its library', [server, plugin, library], library.path],
    [
      'the program wants the library itself',
      [{ ...server, dynamic: names(['luaL_loadstring'], []) }, library],
      undefined,
    ],
    ['the plug-in is one', [server, { ...library, kind: 'plug-in' }], library.path],
    ['the program is one', [{ ...library, kind: 'program' }], library.path],
    ['there is none', [server, plugin], undefined],
  ])('%s', (_, all, found) => expect(embeddedInterpreters(all).embedded).toBe(found))

  test('a library that the program wants itself is told apart', () => {
    const wants = { ...server, dynamic: names(['luaL_loadstring'], []) }
    expect(embeddedInterpreters([wants, library])).toEqual({ linked: [library.path] })
  })
})

test.each([
  ['/usr/lib/liblua5.4.so.0', '/etc/srv/hook.lua', true],
  ['/usr/lib/libpython3.13.so.1.0', 'hook.py', true],
  ['/usr/lib/libperl.so.5.40', '/srv/x.pl', true],
  ['/usr/lib/libruby-3.3.so.3.3', 'x.rb', true],
  ['/usr/lib/libluajit-5.1.so.2', 'x.lua', true],
  ['/usr/lib/libpython3.13.so.1.0', 'server.pem', false],
  ['/usr/lib/libpython3.13.so.1.0', '/run/srv.pid', false],
  ['/usr/lib/liblua5.4.so.0', 'x.py', false],
  ['/usr/lib/liblua5.4.so.0', 'lua', false],
])('%s reads %s: %s', (library, file, reads) => {
  expect(isTextFor(library, file)).toBe(reads)
})
