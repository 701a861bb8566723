/** One line of a unit file. A list setting is reset first: [{value: ''}, {value: …}]. */
export interface Assignment {
  section: 'Unit' | 'Service'
  key: string
  value: string
}
