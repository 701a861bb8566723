/** package.json's version, put in by the bundler. */
declare const HARDENCTL_VERSION: string | undefined

/** "unbundled" where the sources run as they are, as in tests. */
export const VERSION = typeof HARDENCTL_VERSION === 'string' ? HARDENCTL_VERSION : 'unbundled'
