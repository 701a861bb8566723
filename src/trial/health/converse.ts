import type { Host } from '../../host/host.ts'
import type { TalkCheck } from './check.ts'
import { contentOf } from './content.ts'
import { protocolNamed } from './protocols/index.ts'

/**
 * Holds the gentle exchange of a protocol with a service. The answer is what health compares, in words for a person:
 * "greets 220, EHLO answers 250 with PIPELINING SIZE".
 */
export async function converse(
  host: Host,
  { protocol: name, to, timeoutMs }: TalkCheck,
): Promise<{ ok: boolean; answer: string; content?: string }> {
  const protocol = protocolNamed(name)
  // Stored by another version of hardenctl: it is known only that it can be reached.
  const steps = protocol?.gentle ?? []
  const { ok, answer, heard = [] } = await host.probe({ kind: 'talk', to, steps, timeoutMs })
  if (!ok) return { ok, answer }
  if (protocol === undefined) return { ok: false, answer: `${name} is not known to this version` }
  const read = protocol.read(heard)
  const content = contentOf(heard)
  if (read !== undefined) return { ok: true, answer: read, ...(content === undefined ? {} : { content }) }
  const silent = heard.every((text) => text === '')
  return { ok: false, answer: silent ? 'no answer' : `an answer that is not ${name}` }
}
