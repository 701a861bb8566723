import type { ListenerAddress } from './listener-unit.ts'

const FAILED =
  /refused|no such file|not found|unreachable|cannot assign|can't assign|could not connect|couldn't connect|resolve|name or service/i
const MOST = 3

/** A path, or host:port, in a line that says that it could not be reached or is not there. */
function namedIn(line: string): ListenerAddress[] {
  const paths = [...line.matchAll(/(?:^|[\s"'`(:=[])(?:unix:)?(\/[A-Za-z0-9_.@+/-]*[A-Za-z0-9_])/g)]
  const ports = [...line.matchAll(/(?:127\.[\d.]+|localhost|\[?::1\]?)[")]*(?::|,? port )"?(\d{1,5})/gi)]
  return [
    ...ports.map((match) => ({ port: Number(match[1]) })),
    ...paths.map((match) => ({ path: match[1] as string })),
  ]
}

/** Endpoints that a service could not reach, from its log lines in the journal; the last one first. */
export function endpointsInJournal(
  messages: readonly string[],
): { line: string; endpoints: ListenerAddress[] } | undefined {
  const telling = messages.flatMap((message) => message.split('\n')).filter((text) => FAILED.test(text))
  const line = telling.at(-1)
  if (line === undefined) return undefined
  const all = telling.reverse().flatMap(namedIn)
  const distinct = new Map(all.map((endpoint) => [JSON.stringify(endpoint), endpoint]))
  return { line, endpoints: [...distinct.values()].slice(0, MOST) }
}

/** Services that log lines name, each once: one that is not there in a clone can't be reloaded, for example. */
export function namedUnits(messages: readonly string[]): string[] {
  const found = messages.flatMap((message) => message.match(/[\w@:\\.-]+\.service\b/g) ?? [])
  return [...new Set(found)].slice(0, MOST)
}
