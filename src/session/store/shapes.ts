import * as z from 'zod/mini'
import type { Basis } from '../../observe/basis.ts'

/** Parts of what is stored. */

export const assignment = z.strictObject({
  section: z.enum(['Unit', 'Service']),
  key: z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9-]*$/)),
  value: z.string().check(z.regex(/^[^\r\n\0]*$/)),
})

export const basis = z.strictObject({
  systemd: z.string(),
  kernel: z.string(),
  libc: z.string(),
  packages: z.record(z.string(), z.string()),
  programs: z.array(z.string()),
  unitFiles: z.string(),
}) satisfies z.ZodMiniType<Basis>
