import { Document, type ScalarTag } from 'yaml'

/** The first line of every file of a collection, and how an earlier export is known. */
export const HEADER = 'Written by hardenctl export --ansible.'

/** Ansible takes such a text as it is, and never as a template: "Advanced playbook syntax", unsafe strings. */
const unsafe: ScalarTag = {
  tag: '!unsafe',
  identify: (value) => typeof value === 'string' && value.includes('{'),
  resolve: (text) => text,
  stringify: ({ value }) => JSON.stringify(value),
}

/** PyYAML refuses characters that are not printable; all text stands in double quotes, where each can be escaped. */
function escaped(char: string): string {
  return `\\U${(char.codePointAt(0) as number).toString(16).padStart(8, '0')}`
}

/**
 * Values as the YAML 1.1 that Ansible reads. Every value that is a text is quoted, and one that could be a template is marked as none, so
 * that nothing of a value is read as YAML or Jinja. Pure.
 */
export function yamlText(values: object): string {
  const wellFormed = (_: unknown, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value
  const document = new Document(values, wellFormed, {
    version: '1.1',
    customTags: (tags) => [unsafe, ...tags],
    aliasDuplicateObjects: false,
  })
  document.commentBefore = ` ${HEADER}`
  const text = document.toString({
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
    directives: true,
  })
  return text.replaceAll(/[^\n -~]/gu, escaped)
}
