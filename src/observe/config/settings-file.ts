/** Folders of the system, of what runs and of data; /etc has its own rules. */
const NOT_THERE = /^\/(?:boot|dev|etc|lib\w*|proc|run|sys|tmp|usr\/(?!local\/)|var\/(?!opt\/|www\/))/
/** What a package manager says of a program, and files of modules, as interpreters find them. */
const OF_MODULES =
  /\/(?:node_modules|(?:site|dist)-packages)\/|\/(?:package(?:-lock)?|tsconfig|composer|pyproject)\.(?:json|toml)$/
const SETTINGS = /(?:\.(?:conf|cfg|cnf|ini|json|ya?ml|toml|properties|env|xml)|\/\.env)$/

/** Whether a file outside of /etc holds settings by its name: a program that no package brought has its own beside it. */
export function isSettingsFile(path: string): boolean {
  return SETTINGS.test(path) && !NOT_THERE.test(path) && !OF_MODULES.test(path)
}

/** The folder that a program, or what it was told to run, was brought with: /opt/NAME; undefined for one of a package. */
export function settingsFolder(path: string): string | undefined {
  if (path.startsWith('/usr/local/')) return '/usr/local/etc'
  return /^\/(?:(?:opt|srv|home|var\/opt|var\/www)\/[^/]+)(?=\/|$)/.exec(path)?.[0]
}
