import { networkInterfaces } from 'node:os'
import type { Host } from '../../host/host.ts'
import { parseStraceLine } from '../../observe/trace/strace-line.ts'
import { answerTo, runOptionsOf } from '../../trial/health/ask.ts'
import type { CheckAnswer } from '../../trial/health/baseline.ts'
import { type Check, type CommandCheck, urlAddress } from '../../trial/health/check.ts'
import { straceVersion } from '../follow/strace.ts'
import type { ListenerAddress } from './listener-unit.ts'
import { endpointsInJournal } from './missing-endpoints.ts'

/** Follows connections alone. No string's content is written (-s 0), addresses are. */
export const FOLLOW_CONNECTIONS = ['strace', '-f', '-q', '-s', '0', '-e', 'trace=connect']

const UNIX = /sun_path="(\/[^"]+)"/
const INET = /sin6?_port=htons\((\d+)\).*?"([0-9a-f.:]+)"/

function isOwn(address: string): boolean {
  if (address.startsWith('127.') || address === '::1') return true
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address))
}

/** Where on this machine a program connected to, or tried to, out of what strace wrote: connect(2). */
export function connectedIn(trace: string): ListenerAddress[] {
  return trace.split('\n').flatMap((text): ListenerAddress[] => {
    const line = parseStraceLine(text)
    if (line === undefined || !('args' in line) || line.name !== 'connect') return []
    const path = UNIX.exec(line.args)?.[1]
    if (path !== undefined) return [{ path }]
    const [, port, address = ''] = INET.exec(line.args) ?? []
    return port !== undefined && isOwn(address) ? [{ port: Number(port) }] : []
  })
}

/** Runs a program of the administrator again and traces its connections, if possible. */
async function talkedTo(clone: Host, check: CommandCheck): Promise<ListenerAddress[]> {
  const { argv, timeoutMs } = check
  const followed = (await straceVersion(clone)) === undefined ? argv : [...FOLLOW_CONNECTIONS, ...argv]
  const { stdout, stderr } = await clone.run(followed, {
    timeoutMs,
    ...(await runOptionsOf(clone, check)),
  })
  const said = `${stdout}\n${stderr}`.split('\n').filter((line) => parseStraceLine(line) === undefined)
  return [...connectedIn(stderr), ...(endpointsInJournal(said)?.endpoints ?? [])]
}

async function endpointsOf(clone: Host, check: Check): Promise<ListenerAddress[]> {
  switch (check.kind) {
    case 'http':
      return [{ port: urlAddress(check.url).port }]
    case 'tcp':
      return [{ port: check.port }]
    case 'unix':
      return [{ path: check.path }]
    case 'talk':
      return [check.to.transport === 'unix' ? { path: check.to.path } : { port: check.to.port }]
    default:
      return talkedTo(clone, check)
  }
}

/** Endpoints contacted by checks whose answer in the clone differs from the live one. */
export async function unansweredEndpoints(
  clone: Host,
  answers: readonly CheckAnswer[],
): Promise<ListenerAddress[]> {
  const endpoints: ListenerAddress[] = []
  for (const { check, answer } of answers) {
    if ((await answerTo(clone, check)).answer !== answer) endpoints.push(...(await endpointsOf(clone, check)))
  }
  return endpoints
}
