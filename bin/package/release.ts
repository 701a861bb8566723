import { run } from './run.ts'

/** A kind of processor, by the names that Debian, Node and GNU have for it. */
export interface Architecture {
  debian: 'amd64' | 'arm64'
  node: 'x64' | 'arm64'
  triple: string
  loader: string
}

export const ARCHITECTURES: readonly Architecture[] = [
  { debian: 'amd64', node: 'x64', triple: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  { debian: 'arm64', node: 'arm64', triple: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
]

export interface Release {
  version: string
  /** Seconds since 1970: the time of every file in a package. */
  epoch: number
}

/** 2026-11-26, in UTC. */
export function dayOf({ epoch }: Release): string {
  return new Date(epoch * 1000).toISOString().slice(0, 10)
}

/** The time that SOURCE_DATE_EPOCH says, or that of the last commit, so that one commit makes one package. */
export async function sourceEpoch(root: string): Promise<number> {
  const text =
    process.env.SOURCE_DATE_EPOCH ?? (await run(['git', 'log', '-1', '--format=%ct'], { cwd: root }))
  if (!/^\d+\s*$/.test(text)) throw new Error('SOURCE_DATE_EPOCH is no number of seconds')
  return Number(text)
}
