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
 * plug-in brought. A program that wants an interpreter's library itself mostly has it for those who need it.
 */
export function embeddedInterpreter(all: readonly AtWork[]): string | undefined {
  const wanted = new Set(
    all.filter(({ kind }) => kind === 'program').flatMap(({ dynamic }) => [...(dynamic?.imported ?? [])]),
  )
  const isByProgram = ({ dynamic }: AtWork) => [...(dynamic?.exported ?? [])].some((name) => wanted.has(name))
  return all.find((one) => one.isInterpreter && (one.kind !== 'library' || !isByProgram(one)))?.path
}
