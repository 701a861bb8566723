import { expect, test } from 'vitest'
import { libraryWithText } from '../../../../src/observe/config/texts-of-languages.ts'

const LUA = '/usr/lib/liblua5.4.so.0'

test.each([
  ['global\n  lua-load /etc/srv/hook.lua\n', LUA],
  ['script: "hook.lua"', LUA],
  ['# lua-load /etc/srv/hook.lua\nport 80', undefined],
  ['python-script: hook.py', undefined],
])('a configuration with %j has a text for it: %s', (text, library) => {
  expect(libraryWithText([LUA], [text])).toBe(library)
})
