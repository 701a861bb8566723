import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { callsOfGo, isOpaque } from '../../../../src/observe/files/calls-by-itself.ts'

const text = (words: string) => Buffer.from(words, 'latin1')

test('a program of Go calls what it can reach by the names of its functions', () => {
  const go = '\u00ff Go buildinf:\0net.(*Dialer).DialContext\0net.(*Resolver).lookupIPAddr\0'
  expect(callsOfGo(text(go))).toEqual(['connect', 'getaddrinfo'])
  expect(callsOfGo(text(`${go}os/exec.(*Cmd).Start\0`))).toContain('setuid')
  expect(callsOfGo(text(`${go}os.Lchown\0os.Chmod\0`))).toEqual(expect.arrayContaining(['lchown', 'fchmod']))
  expect(callsOfGo(text('net.(*Dialer).DialContext'))).toBeUndefined()
})

test('nobody reads what a program calls that brings its library along, or is cut', () => {
  const whole = readFileSync('/usr/bin/env')
  expect(isOpaque(whole)).toBe(false)
  expect(isOpaque(whole.subarray(0, 4096))).toBe(true)
  expect(isOpaque(text('#!/bin/sh\n'))).toBe(false)
})
