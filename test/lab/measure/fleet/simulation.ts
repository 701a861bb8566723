import { generator } from '../../../unit/fuzz/inputs.ts'

/** What one host of a roll-out costs the machine that runs Ansible. */
export interface HostCost {
  /** Seconds that each task of the play took, in its order: one figure a run. */
  tasks: readonly (readonly number[])[]
  /** Seconds of its processors, without those of the start. */
  processor: number
  /** Of these the seconds of the one process that hands out tasks and reads their results. */
  dispatcher: number
  /** Bytes over ssh. */
  sent: number
  received: number
  /** Bytes of memory: of Ansible itself, and of each host that is worked on at once. */
  memory: { base: number; fork: number }
}

export interface Wish {
  hosts: number
  forks: number
  processors: number
  /** Sizes of the steps, as Ansible's serial: counts, or shares of all hosts as '10%'; the last one repeats. */
  serial: readonly (number | string)[]
  /** Hosts that take `times` as long at each task, as a share from 0 to 1. */
  slow: { share: number; times: number }
  /** Places of hosts that don't bear the plan, from 0: the canary. */
  broken: readonly number[]
  /** Not 0. */
  seed: number
}

export interface RollOut {
  seconds: number
  /** Hosts that were begun with; those of `broken` among them are rolled back. */
  reached: number
  rolledBack: number
  /** Bytes over ssh, both ways. */
  traffic: number
  /** Bytes of memory at the most. */
  memory: number
  /** Processes at the most that work on hosts. */
  forks: number
}

/** The steps of a roll-out as Ansible makes them of serial: a share is rounded down, and no step is empty. Pure. */
export function stepsOf(hosts: number, serial: Wish['serial']): number[] {
  const steps: number[] = []
  for (let left = hosts; left > 0; left -= steps.at(-1) ?? 0) {
    const size = serial[Math.min(steps.length, serial.length - 1)] ?? hosts
    const count = typeof size === 'number' ? size : Math.floor((hosts * Number.parseFloat(size)) / 100)
    steps.push(Math.min(left, Math.max(1, count)))
  }
  return steps
}

/** A figure between those that were measured. */
function drawn(sorted: readonly number[], random: number): number {
  const place = random * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0]
  return low + (high - low) * (place - Math.floor(place))
}

/** Seconds until all are done, if each fork takes the next one as soon as it is free. Pure. */
export function secondsByForks(seconds: readonly number[], forks: number): number {
  const free = new Float64Array(Math.max(1, Math.min(forks, seconds.length)))
  for (const one of seconds) {
    let next = 0
    for (let fork = 1; fork < free.length; fork += 1)
      if ((free[fork] as number) < (free[next] as number)) next = fork
    free[next] = (free[next] as number) + one
  }
  return free.reduce((most, one) => Math.max(most, one), 0)
}

/**
 * A roll-out by the strategy "linear": a task begins when the one before it is done on all hosts of the step. It takes as
 * long as the forks need, or the processors, or the one process that hands tasks out. A step with a host that does not
 * bear the plan is the last. Pure.
 */
export function simulated(cost: HostCost, wish: Wish): RollOut {
  const { hosts, forks, processors, slow, broken } = wish
  const next = generator(wish.seed)
  const random = () => next(2 ** 32) / 2 ** 32
  const factors = Array.from({ length: hosts }, () => (random() < slow.share ? slow.times : 1))
  const tasks = cost.tasks.map((seconds) => seconds.toSorted((a, b) => a - b))
  const [processor, dispatcher] = [cost.processor / tasks.length, cost.dispatcher / tasks.length]
  let [seconds, reached, most] = [0, 0, 0]
  for (const step of stepsOf(hosts, wish.serial)) {
    const those = factors.slice(reached, reached + step)
    for (const task of tasks) {
      const byForks = secondsByForks(
        those.map((factor) => factor * drawn(task, random())),
        forks,
      )
      seconds += Math.max(byForks, (step * processor) / processors, step * dispatcher)
    }
    const [from, to] = [reached, reached + step]
    reached = to
    most = Math.max(most, Math.min(forks, step))
    if (broken.some((place) => place >= from && place < to)) break
  }
  return {
    seconds,
    reached,
    rolledBack: broken.filter((place) => place < reached).length,
    traffic: reached * (cost.sent + cost.received),
    memory: cost.memory.base + most * cost.memory.fork,
    forks: most,
  }
}
