import { basename } from 'node:path/posix'
import type { DynamicNames } from './elf-imports.ts'

/**
 * How a function is called that does what a text says: of Perl "Perl_eval_pv", of Python "PyEval_EvalCode", of Lua
 * "luaL_loadstring", of Ruby "rb_eval_string", of Tcl "Tcl_Eval". Of libraries that start no programs some have these too.
 */
const EVALUATES = /(?:^|_)eval_(?:pv|string)$|loadstring$|_Eval(?:Code)?$/
/**
 * Those that find a program by its name, as a script names one, or have a shell do so: exec(3), popen(3), system(3). A
 * server without these has taken them out of the language.
 */
const STARTS = /^(?:execlp|execvpe?|popen|posix_spawnp|system)$/

/** Whether a program or library is an interpreter: it does for others what a text says, and such a text may start programs. */
export function evaluatesText({ imported, exported }: DynamicNames): boolean {
  return [...exported].some((name) => EVALUATES.test(name)) && [...imported].some((name) => STARTS.test(name))
}

/** "lua" of "liblua5.4.so.0" */
const LANGUAGE = /^lib([a-z]+)/
const ENDING = /\.([a-z]{2,4})$/

/**
 * Whether a file's name ends as texts for that library do. By custom an ending has letters of the language's name in their
 * order, from its first one on: "lua", "py" of Python, "pl" of Perl, "rb" of Ruby.
 */
export function isTextFor(library: string, file: string): boolean {
  const language = LANGUAGE.exec(basename(library))?.[1] ?? ''
  const ending = ENDING.exec(file)?.[1] ?? ''
  if (ending === '' || ending[0] !== language[0]) return false
  return new RegExp([...ending].join('.*')).test(language)
}

/** A program or library at work. */
export interface AtWork {
  path: string
  /** A program, a plug-in of one, or a library that many have. */
  kind: 'program' | 'plug-in' | 'library'
  dynamic: DynamicNames | undefined
  isInterpreter: boolean
}

/**
 * The first interpreter at work inside of a program: the program itself, or a plug-in of it, or a library that such a
 * plug-in brought. A program that wants an interpreter's library itself mostly has it for those who need it: `linked`.
 */
export function embeddedInterpreters(all: readonly AtWork[]): { embedded?: string; linked: string[] } {
  const wanted = new Set(
    all.filter(({ kind }) => kind === 'program').flatMap(({ dynamic }) => [...(dynamic?.imported ?? [])]),
  )
  const isLinked = ({ kind, dynamic }: AtWork) =>
    kind === 'library' && [...(dynamic?.exported ?? [])].some((name) => wanted.has(name))
  const interpreters = all.filter(({ isInterpreter }) => isInterpreter)
  const embedded = interpreters.find((one) => !isLinked(one))?.path
  const linked = interpreters.filter(isLinked).map(({ path }) => path)
  return embedded === undefined ? { linked } : { embedded, linked }
}
