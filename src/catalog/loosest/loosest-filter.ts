import { service, unique } from '../common/proposal.ts'
import { wordsOf } from '../common/values.ts'
import { indexesOf, type Loosest, needsOf, type Variant } from './variants.ts'

/** The lines of an allow list, by the order in which systemd takes them. */
interface Filter {
  /** Allowed before anything is denied. */
  base: string[]
  denied: string[]
  /** Allowed again after that. */
  again: string[]
  /** Denied with an error number, so that the caller lives. */
  soft: string[]
}

/** Undefined for a list that denies from its first line, or that is empty. */
function filterOf(variant: Variant): Filter | undefined {
  const values = variant.map(({ value }) => value).filter((value) => value !== '')
  if (values.length === 0 || values[0]?.startsWith('~')) return undefined
  const firstDenial = values.findIndex((value) => value.startsWith('~'))
  const isAgain = (at: number) => firstDenial >= 0 && at > firstDenial
  const allowing = values.flatMap((value, at) =>
    value.startsWith('~') ? [] : [{ value, again: isAgain(at) }],
  )
  const denials = values.filter((value) => value.startsWith('~')).flatMap((value) => wordsOf(value.slice(1)))
  const allowed = (again: boolean) =>
    allowing.filter((one) => one.again === again).flatMap(({ value }) => wordsOf(value))
  return {
    base: allowed(false),
    denied: denials.filter((word) => !word.includes(':')),
    again: allowed(true),
    soft: denials.filter((word) => word.includes(':')),
  }
}

function hasAll(filters: readonly Filter[], part: keyof Filter, word: string): boolean {
  return filters.every((filter) => filter[part].includes(word))
}

/**
 * One filter that lets through whatever one of these lets through, whichever calls the groups hold on a release. A call
 * that only some answer with an error is allowed: what they got is what the kernel says without a filter. Undefined where
 * a list denies from its first line. Pure.
 */
export function loosestFilter(variants: readonly Variant[]): Loosest | undefined {
  const filters = variants.flatMap((variant) => filterOf(variant) ?? [])
  if (filters.length < variants.length) return undefined
  const all = (part: keyof Filter) => unique(filters.flatMap((filter) => filter[part]))
  const denied = all('denied').filter((word) => hasAll(filters, 'denied', word))
  const soft = all('soft').filter((word) => hasAll(filters, 'soft', word))
  const refused = all('soft').filter((word) => !soft.includes(word))
  const again = unique([...all('again'), ...refused.map((word) => word.split(':')[0] ?? '')])
  const isSoftStill = (word: string) => !again.includes(word.split(':')[0] ?? '')
  const values = [
    all('base').join(' '),
    ...(denied.length === 0 ? [] : [`~${denied.join(' ')}`]),
    ...(again.length === 0 ? [] : [again.join(' ')]),
    ...soft.filter(isSoftStill).map((word) => `~${word}`),
  ]
  const allowing = ({ base, again: later, soft: errors }: Filter, word: string) =>
    base.includes(word) || later.includes(word) || errors.some((one) => one.startsWith(`${word}:`))
  const allowed = unique([...all('base'), ...again])
  return {
    lines: ['', ...values].map((value) => service('SystemCallFilter', value)),
    needs: [
      ...needsOf(allowed, (word) => indexesOf(filters, (filter) => allowing(filter, word)), filters.length),
      ...needsOf(
        all('denied'),
        (word) => indexesOf(filters, (filter) => !filter.denied.includes(word)),
        filters.length,
      ),
    ],
  }
}
