import type { Host } from '../../host/host.ts'
import { filesWith } from '../../trial/health/full/play-full.ts'
import { inClone, upperLayersOf } from './overlay-diff.ts'

/**
 * Files of a clone that changed since then (epoch milliseconds) and hold the token, wherever they are: its upper layers
 * have only the files that differ from the live host's.
 */
export async function filesInLayers(
  clone: Host,
  wanted: { token: string; since: number },
): Promise<string[]> {
  const found = await Promise.all(
    (await upperLayersOf(clone)).map(async (layer) => {
      const paths = await filesWith(clone, [layer.folder], wanted)
      return paths.map((path) => inClone(layer, path.slice(layer.folder.length + 1)))
    }),
  )
  return found.flat()
}
