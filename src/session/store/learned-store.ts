import * as z from 'zod/mini'
import type { LearnedFacts } from '../../observe/trace/learned-facts.ts'

/** Learned facts from disk are checked, like everything that root reads. */
const text = z.string().check(z.maxLength(4096))
const path = z.string().check(z.maxLength(4096), z.regex(/^[^\0]*$/))
const sightings = z.array(z.strictObject({ program: path, phase: text, count: z.int().check(z.gte(0)) }))
const file = z.strictObject({
  path,
  uses: z.array(
    z.enum(['read', 'write', 'create', 'remove', 'owner', 'mode', 'attributes', 'execute', 'map', 'connect']),
  ),
  sightings,
})
const act = z.strictObject({
  kind: z.enum([
    'capability',
    'write-execute',
    'namespace',
    'realtime',
    'suid',
    'personality',
    'hostname',
    'keyring',
    'privileged',
    'mount',
  ]),
  detail: text,
  call: text,
  sure: z.boolean(),
  sightings,
})
const call = z.strictObject({ name: z.string().check(z.regex(/^[a-z0-9_]{1,64}$/)), sightings })
const failed = z.strictObject({
  name: text,
  error: text,
  path: z.exactOptional(path),
  needs: z.exactOptional(z.array(text)),
  sightings,
})

export const learnedSchema = z.strictObject({
  on: z.array(z.strictObject({ systemd: z.number(), kernel: text, packages: z.record(text, text) })),
  phases: z.array(text),
  calls: z.array(call),
  unprivileged: z.exactOptional(z.array(call)),
  changed: z.array(file),
  executed: z.array(file),
  connected: z.array(file),
  noted: z.array(file),
  sockets: z.array(z.strictObject({ family: text, type: text, protocol: z.exactOptional(text), sightings })),
  acts: z.array(act),
  failed: z.array(failed),
  identities: z.exactOptional(z.array(z.strictObject({ program: path, uid: z.int().check(z.gte(0)) }))),
  bits32: z.boolean(),
  incomplete: z.boolean(),
}) satisfies z.ZodMiniType<LearnedFacts>
