import { expect, it } from 'vitest'
import { relaxationOf } from '../../../../src/session/stage/failure.ts'
import { beginStage } from '../../../../src/session/stage/stage-work.ts'
import { apacheLike } from '../../catalog/services.ts'

const key = 'RestrictAddressFamilies'
const remedy = { kind: 'address-family', name: 'AF_PACKET' } as const

it('offers to allow what was missing', () => {
  const offered = relaxationOf(beginStage('system', apacheLike()), remedy)
  expect(offered).toMatchObject({ text: 'allow sockets of AF_PACKET', needed: 'sockets of AF_PACKET' })
})

it('offers to leave out a value that was asked for, since it is taken as it is or not at all', () => {
  const asked = { skip: [], set: [{ key, value: 'AF_UNIX' }] }
  const offered = relaxationOf(beginStage('system', apacheLike(), asked), remedy)
  expect(offered).toMatchObject({
    text: 'leave out RestrictAddressFamilies=AF_UNIX',
    needed: 'sockets of AF_PACKET',
  })
})
