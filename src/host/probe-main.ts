import { createInterface } from 'node:readline'
import type { ProbeRequest } from './host.ts'
import { probe } from './probe.ts'

/**
 * Entry of its own: asks on behalf of a clone, from inside the clone's network namespace, which a running Node
 * can't enter. Reads one JSON object {id, request} a line, answers {id, answer} a line, and ends with its input:
 * however hardenctl ends, this does too.
 */
const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })

lines.on('line', (line) => {
  const { id, request } = JSON.parse(line) as { id: number; request: ProbeRequest }
  void probe(request).then((answer) => process.stdout.write(`${JSON.stringify({ id, answer })}\n`))
})
lines.on('close', () => process.exit(0))
process.stdout.on('error', () => process.exit(0))
