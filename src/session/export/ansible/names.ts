import { nameAsPart } from '../../../systemd/manager/unit-name.ts'

export const NAMESPACE = 'hardenctl'
export const ROLE = 'harden'

/** Longest name of a collection that Galaxy takes. */
const LONGEST = 64

/** The collection's name: Galaxy takes small letters, digits and single underscores, a letter first. */
export function collectionName(unit: string): string {
  const words = unit.toLowerCase().match(/[a-z0-9]+/g) ?? []
  const name = words.join('_')
  return (/^[a-z]/.test(name) ? name : `unit_${name}`).slice(0, LONGEST).replace(/_$/, '')
}

/** Where the role puts what, on a host without hardenctl. */
export interface PlacesOnHost {
  /** The drop-in that is kept; its name is one of hardenctl's own. */
  kept: string
  /** The same name where it takes the place of the one in /etc, and is gone after a boot: systemd.unit(5). */
  trial: string
  /** Keeps the owners of files at each boot: tmpfiles.d(5). */
  tmpfiles: string
  /** What the trial remembers until it is over, also through a boot. */
  folder: string
  /** Name of the timer and of the service that undo a trial, without the suffix. */
  undo: string
}

export function placesOnHost(unit: string): PlacesOnHost {
  const file = `${unit}.d/zz-hardenctl-ansible.conf`
  const part = nameAsPart(unit)
  return {
    kept: `/etc/systemd/system/${file}`,
    trial: `/run/systemd/system.control/${file}`,
    tmpfiles: `/etc/tmpfiles.d/hardenctl-${part}.conf`,
    folder: `/var/lib/hardenctl-ansible-${part}`,
    undo: `hardenctl-undo-${part}`,
  }
}
