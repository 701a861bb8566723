import { expect, it } from 'vitest'
import { exitCode } from '../../../../src/session/exit-code.ts'
import type { StageResult } from '../../../../src/session/walk/state.ts'
import { endOfWalk, type WalkCourse } from '../../../../src/session/walk/walk-end.ts'

function result(
  stage: StageResult['stage'],
  outcome: StageResult['outcome'],
  skippedAs?: StageResult['skippedAs'],
): StageResult {
  return { stage, outcome, before: 92, after: 92, kept: [], ...(skippedAs && { skippedAs }) }
}

const kept = result('system', 'kept')
const rehearsed = result('filesystem', 'rehearsed')
const nothing = result('capabilities', 'nothing')
const leftAlone = result('user', 'skipped')
const missed = result('filesystem', 'skipped', 'missed')
const unasked = result('syscalls', 'skipped', 'unasked')

it.each<[string, Partial<WalkCourse>, string, number]>([
  ['all of it was kept', { history: [kept], kept: ['system'] }, 'done', 0],
  ['it left a stage to the person', { history: [kept, leftAlone], kept: ['system'] }, 'done', 0],
  ['other stages were not asked for', { history: [kept, unasked], kept: ['system'] }, 'done', 0],
  ['nothing was left to set', { history: [nothing, unasked] }, 'done', 0],
  ['an earlier walk had kept what it takes', { history: [leftAlone], kept: ['all'] }, 'done', 0],
  ['all was kept in one restart', { history: [rehearsed, result('all', 'kept')], kept: ['all'] }, 'done', 0],
  ['a second attempt kept it', { history: [missed, rehearsed], kept: ['filesystem'] }, 'done', 0],
  ['it takes nothing of it by itself', { history: [leftAlone, nothing] }, 'nothing-kept', 1],
  ['nothing held', { history: [missed, leftAlone] }, 'nothing-kept', 1],
  ['what held in a clone was not applied', { history: [rehearsed] }, 'nothing-kept', 1],
  ['it was refused', { cut: 'refused', kept: ['system'] }, 'nothing-kept', 1],
  ['it was refused later', { cut: 'refused', kept: ['system'], keptSome: true }, 'kept-in-part', 3],
  ['a stage did not hold', { history: [missed, kept], kept: ['system'] }, 'kept-in-part', 3],
  ['a kept stage was undone at the end', { history: [kept, rehearsed], kept: ['system'] }, 'kept-in-part', 3],
  ['the undo is not proven', { history: [kept], kept: ['system'], undoOpen: true }, 'undo-open', 4],
  ['the undo of a refusal is not proven', { cut: 'refused', undoOpen: true }, 'undo-open', 4],
  ['the undo of a Ctrl-C is not proven', { cut: 'interrupted', undoOpen: true }, 'undo-open', 4],
  ['it was interrupted', { cut: 'interrupted', kept: ['system'], keptSome: true }, 'interrupted', 130],
])('ends where %s', (_, course, end, code) => {
  const whole = { undoOpen: false, history: [], kept: [], keptSome: false, ...course }
  expect(endOfWalk(whole)).toBe(end)
  expect(exitCode(endOfWalk(whole))).toBe(code)
})
