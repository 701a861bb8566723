import { ExpectedError } from '../../host/errors.ts'

/** Longest unit name that systemd accepts, suffix included: UNIT_NAME_MAX, unit-name.h. */
const LONGEST = 255

/** A unit name that was checked: systemd's own characters only, ends in .service. */
export type ServiceName = string

export class UnitNameError extends ExpectedError {
  override name = 'UnitNameError'
  constructor(message: string, next = 'hardenctl --help shows how it is called.') {
    super(message, next)
  }
}

/**
 * Checks a name from the command line and gives it its suffix. systemd.unit(5): letters, digits and :-_.\@.
 * Throws UnitNameError with one line for the person.
 */
export function serviceName(given: string): ServiceName {
  const shown = JSON.stringify(given)
  if (given === '') throw new UnitNameError('no unit was named')
  if (given.startsWith('-')) throw new UnitNameError(`${shown} looks like an option, not a unit`)
  if (given.includes('/')) throw new UnitNameError(`${shown} is a path; name the unit, for example apache2`)
  if (!/^[A-Za-z0-9:_.\\@-]+$/.test(given)) throw new UnitNameError(`${shown} is not a unit name`)
  const name = /\.[a-z]+$/.test(given) && UNIT_SUFFIX.test(given) ? given : `${given}.service`
  if (!name.endsWith('.service')) {
    const starts = /^(.+)\.(?:timer|socket|path)$/.exec(name)?.[1]
    throw new UnitNameError(
      `${name} is not a .service; only services are hardened`,
      starts && `Name the service that it starts, for example ${starts}.`,
    )
  }
  if (name.length > LONGEST) throw new UnitNameError('the unit name is longer than systemd accepts')
  if (/^[^@]*@\.service$/.test(name)) {
    throw new UnitNameError(
      `${name} is a template; name an instance, for example ${name.replace('@.', '@name.')}`,
    )
  }
  return name
}

const UNIT_SUFFIX = /\.(service|socket|target|device|mount|automount|swap|timer|path|slice|scope)$/

/** The name without .service, for screens and messages. */
export function shortName(unit: ServiceName): string {
  return unit.replace(/\.service$/, '')
}

/**
 * A part of another unit's or a folder's name made of this one; what a template or an escape would mean is written
 * in hex, and so is a dot in front: systemd takes "...service" for a name, of which ".." would be left.
 */
export function nameAsPart(unit: ServiceName): string {
  const hex = (char: string) => `_${char.charCodeAt(0).toString(16)}`
  return shortName(unit).replaceAll(/[^A-Za-z0-9.-]|^\./g, hex)
}
