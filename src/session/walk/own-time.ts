import { reasonOf } from '../../host/errors.ts'
import { first, listOf, showUnit } from '../../systemd/manager/show.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { armStandBy, endStandBy } from '../../trial/transaction/stand-by.ts'
import type { WalkContext } from './context.ts'

/** What starts it and when, as the end of a sentence. */
async function nextStart({ host, subject }: WalkContext): Promise<string> {
  const shown = await showUnit(host, subject.unit, ['TriggeredBy'])
  const units = listOf(shown, 'TriggeredBy')
  const timer = units.find((name) => name.endsWith('.timer'))
  if (timer === undefined)
    return units.length === 0 ? 'when somebody starts it' : `when ${units[0]} starts it`
  const next = first(await showUnit(host, timer, ['NextElapseUSecRealtime']), 'NextElapseUSecRealtime')
  return next === '' ? `when ${timer} starts it` : `when ${timer} starts it (${next})`
}

async function staysActive({ host, subject }: WalkContext): Promise<boolean> {
  return first(await showUnit(host, subject.unit, ['ActiveState']), 'ActiveState') === 'active'
}

/**
 * Whether the live unit may be started at the end. A oneshot's work may be anything at a time that its administrator
 * chose, so a person must agree; one that stays active is left alone, since a restart would first run its ExecStop=. So
 * must a person for a service that somebody stopped.
 */
export async function mayStart(context: WalkContext, { oneshot, stopped }: Baseline): Promise<boolean> {
  if (stopped === true) return mayStartStopped(context)
  if (oneshot === undefined) return true
  if (await staysActive(context)) return false
  if (context.options.runOnce) return true
  const { unit } = context.subject
  const text = [
    `${unit} has not run on this host with what is kept; clones have proven it. It runs next ${await nextStart(context)}.`,
    'If that run fails, systemd undoes everything and runs it again without it. Or hardenctl runs it once now (--run-once).',
  ]
  const said = { yes: 'Run it once now', no: 'Leave it to its own time' }
  return (await context.ask({ at: 'question', id: 'run-now', text, ...said }, ['answer']))?.yes === true
}

async function mayStartStopped(context: WalkContext): Promise<boolean> {
  const { unit } = context.subject
  const text = [
    `${unit} is stopped, and clones alone have proven what is kept. It starts next ${await nextStart(context)}.`,
    'If that start fails, systemd undoes everything and starts it without it. Or hardenctl starts it now, checks that it answers as in the clones, and leaves it running.',
  ]
  const said = { yes: 'Start it now', no: 'Leave it stopped' }
  return (await context.ask({ at: 'question', id: 'run-now', text, ...said }, ['answer']))?.yes === true
}

/** At the end of a walk: what stands by until the next run; a sentence for the person, or none. `ran`: it has run. */
export async function standBy(context: WalkContext, ran: boolean): Promise<string[]> {
  const { host, subject, store } = context
  const { kept } = store.state
  try {
    if (ran || kept.length === 0) {
      await endStandBy(host, subject.unit)
      return []
    }
    const records = kept.flatMap((stage) => stage.records)
    await armStandBy(host, subject.unit, records)
  } catch (error) {
    return [`Nothing stands by for its next run: ${reasonOf(error)}.`]
  }
  const why = (await staysActive(context)) ? ' It is active now, and a restart would run its ExecStop=.' : ''
  const when = await nextStart(context)
  if (subject.stopped)
    return [
      `Proven in clones only, and not yet started live. It starts next ${when}: if that run ends in failure, systemd undoes everything that was kept, and starts it without it.`,
    ]
  return [
    `It was not started on this host.${why} It runs next ${when}: if that run fails, systemd undoes everything that was kept, and runs it again without it.`,
  ]
}
