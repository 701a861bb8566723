import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { project } from '../../lab/kit/project.ts'

/** What a file imports when it is loaded: neither types nor import(). */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^(?:import|export) (?!type )(?:[^'"]* from )?'([^']+)'/gm)].map(
    ([, from]) => from as string,
  )
}

/** Packages that are loaded with a file of the source. */
function packagesOf(start: string): string[] {
  const files = [join(project, start)]
  const packages = new Set<string>()
  for (const file of files) {
    for (const from of importsOf(file)) {
      const path = join(dirname(file), from)
      if (!from.startsWith('.')) packages.add(from)
      else if (existsSync(path) && !files.includes(path)) files.push(path)
    }
  }
  return [...packages].filter((name) => !name.startsWith('node:')).sort()
}

it.each(['src/cli/main.ts', 'src/cli/run.ts', 'src/cli/commands/walk-command.ts', 'src/ui/wizard.tsx'])(
  '%s loads no package before the first frame, of which some are large',
  (start) => {
    expect(packagesOf(start)).toEqual([])
  },
)

it('finds packages where there are some', () => {
  expect(packagesOf('src/cli/host-of.ts')).toContain('execa')
})
