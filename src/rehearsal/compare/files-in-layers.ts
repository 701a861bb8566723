import type { Host } from '../../host/host.ts'
import { filesWith } from '../../trial/health/full/play-full.ts'
import { layersIn } from './overlay-diff.ts'

/**
 * Files of a clone that changed since then (epoch milliseconds) and hold the token, wherever they are: its upper layers
 * have only the files that differ from the live host's.
 */
export async function filesInLayers(
  clone: Host,
  wanted: { token: string; since: number },
): Promise<string[]> {
  const layers = layersIn((await clone.read('/proc/1/mountinfo')) ?? '')
  const found = await Promise.all(
    layers.map(async ({ folder, point }) => {
      const paths = await filesWith(clone, [folder], wanted)
      return paths.map((path) => `${point === '/' ? '' : point}${path.slice(folder.length)}`)
    }),
  )
  return found.flat()
}
