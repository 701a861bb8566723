import type { Host } from '../../host/host.ts'
import type { BlindSpots } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import { filesOfItsPackages } from '../files/packages.ts'
import { configurationFiles, configurationText } from './configuration.ts'

/** The texts of the files that configure a service, and its command lines. */
export async function configurationTexts(host: Host, facts: Facts): Promise<string[]> {
  const gaps: BlindSpots = new Set()
  const packaged = await filesOfItsPackages(host, facts)
  const files = await configurationFiles(host, facts, packaged, gaps)
  const texts = await Promise.all(files.map((file) => configurationText(host, file, gaps)))
  return [...texts.filter((text) => text !== undefined), ...facts.processes.map(({ argv }) => argv.join(' '))]
}
