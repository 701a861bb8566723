import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { importedNames } from '../../../../src/observe/files/elf-imports.ts'

test('what a program of this machine wants of its libraries', () => {
  const names = importedNames(readFileSync(process.execPath))
  expect(names?.has('execvp')).toBe(true)
  expect(names?.has('no_such_call')).toBe(false)
})

test('nobody knows of a file that is cut, or is none', () => {
  const whole = readFileSync('/usr/bin/env')
  expect(importedNames(whole)?.has('execvp')).toBe(true)
  expect(importedNames(whole.subarray(0, 4096))).toBeUndefined()
  expect(importedNames(new TextEncoder().encode('#!/bin/sh\n'.repeat(20)))).toBeUndefined()
})
