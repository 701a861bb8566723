/** Set before what auditd adds to an enriched record (audit(8), GS). */
const ENRICHMENT = '\x1d'

/**
 * Fields of an audit record, "key=value" with blanks between. A quoted value is trusted text; the kernel writes
 * any value with a blank, a quote or a control character in hexadecimal without quotes
 * (audit_log_untrustedstring()), so a program's name can't fake a field. Quotes stay on, to tell the two apart.
 * Names that auditd adds are in upper case.
 */
export function auditFields(text: string): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const match of text.replaceAll(ENRICHMENT, ' ').matchAll(/([A-Za-z0-9_-]+)=("[^"]*"|\S*)/g)) {
    const [, key = '', value = ''] = match
    fields[key] ??= value
  }
  return fields
}

/** Text of a value: quotes off, hexadecimal decoded. */
export function decoded(value: string): string {
  if (value.startsWith('"')) return value.replace(/^"|"$/g, '')
  if (value === '(null)') return ''
  return /^(?:[0-9A-F]{2})+$/.test(value) ? Buffer.from(value, 'hex').toString('utf8') : value
}
