import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { ExecCommand, ExecutableFacts, ProcessFacts } from '../facts.ts'
import { parseElf } from './elf.ts'
import { fileCapabilities } from './file-capabilities.ts'
import { parseInterpreterLine, SEARCH_PATH } from './interpreter-line.ts'
import { librariesByLoader } from './loader-list.ts'

type From = ExecutableFacts['from'][number]

/** As much of a file as holds its program headers and loader's name in all that linkers write by themselves. */
const HEAD_BYTES = 65_536
const SETUID = 0o4000
const SETGID = 0o2000

/**
 * Programs of a service by path: those that run, those of its Exec lines, and the interpreters of scripts, and so on.
 * Short-lived programs of a running script are not seen; only tracing shows them.
 */
export async function readExecutables(
  host: Host,
  processes: readonly ProcessFacts[],
  exec: Readonly<Record<string, ExecCommand[]>>,
  gaps: BlindSpots,
): Promise<ExecutableFacts[]> {
  const found = new Map<string, ExecutableFacts>()
  const waiting: { named: string; from: From }[] = [
    ...processes.map((process) => ({ named: process.executable, from: 'running' as const })),
    ...Object.values(exec)
      .flat()
      .map((command) => ({ named: command.path, from: 'exec' as const })),
  ].filter(({ named }) => named.startsWith('/'))

  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { named, from } = next
    const path = (await orBlindSpot(gaps, named, host.resolve(named))) ?? named
    const known = found.get(path)
    const executable = known ?? (await readExecutable(host, path, processes, gaps))
    found.set(path, executable)
    if (!executable.from.includes(from)) executable.from.push(from)
    if (named !== path) executable.alsoNamed = [...new Set([...(executable.alsoNamed ?? []), named])]
    if (known || executable.kind !== 'script') continue
    for (const interpreter of await interpretersOf(host, path)) {
      waiting.push({ named: interpreter, from: 'interpreter' })
    }
  }

  const capabilities = await fileCapabilities(host, [...found.keys()], gaps)
  for (const executable of found.values())
    executable.fileCapabilities = capabilities.get(executable.path) ?? ''
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** `from` and `fileCapabilities` are filled in by the caller. */
async function readExecutable(
  host: Host,
  path: string,
  processes: readonly ProcessFacts[],
  gaps: BlindSpots,
): Promise<ExecutableFacts> {
  const running = processes.filter((process) => process.executable === path)
  // Through the process: the file may have been replaced by an upgrade, or be seen in its own namespace only.
  const source = running[0] ? `/proc/${running[0].pid}/exe` : path
  const bytes = (await host.readBytes(source, HEAD_BYTES)) ?? (await host.readBytes(path, HEAD_BYTES))
  if (!bytes) gaps.add(`${path} could not be read, so its kind is unknown`)
  const elf = parseElf(bytes ?? new Uint8Array())
  const script = elf ? undefined : parseInterpreterLine(bytes ?? new Uint8Array())
  const stat = await orBlindSpot(gaps, path, host.stat(path))
  const interpreter = elf?.interpreter ?? script?.interpreter
  return {
    path,
    from: [],
    kind: elf ? 'elf' : script ? 'script' : 'other',
    ...(elf ? { bits: elf.bits } : {}),
    ...(interpreter ? { interpreter } : {}),
    libraries: await librariesOf(host, path, running, elf?.interpreter, gaps),
    fileCapabilities: '',
    setuid: ((stat?.mode ?? 0) & SETUID) !== 0,
    setgid: ((stat?.mode ?? 0) & SETGID) !== 0,
  }
}

/** Mappings say more than the file's headers: they include modules loaded at run time. */
async function librariesOf(
  host: Host,
  path: string,
  running: readonly ProcessFacts[],
  loader: string | undefined,
  gaps: BlindSpots,
): Promise<string[]> {
  const mapped = new Set(running.flatMap((process) => process.libraries))
  if (mapped.size > 0) return [...mapped].sort()
  return loader ? (await librariesByLoader(host, path, loader, gaps)).sort() : []
}

/** Programs that a script's "#!" line starts, links not followed; none for a file that is no script. */
export async function interpretersOf(host: Host, path: string): Promise<string[]> {
  const line = parseInterpreterLine((await host.readBytes(path, HEAD_BYTES)) ?? new Uint8Array())
  if (!line) return []
  const started = line.started === undefined ? undefined : await searchProgram(host, line.started)
  return started === undefined ? [line.interpreter] : [line.interpreter, started]
}

/** The path of a program, as execvp(3) finds it; undefined where there is none, and for a relative path. */
export async function searchProgram(host: Host, name: string): Promise<string | undefined> {
  if (name.includes('/')) return name.startsWith('/') ? name : undefined
  for (const folder of SEARCH_PATH) {
    if (await host.stat(`${folder}/${name}`)) return `${folder}/${name}`
  }
  return undefined
}
