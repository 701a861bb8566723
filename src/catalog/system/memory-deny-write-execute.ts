import type { Facts, ProcessFacts } from '../../observe/facts.ts'
import { called, noProcess } from '../common/roles.ts'
import { actSeen } from '../common/seen-in-clone.ts'
import { toggle } from '../common/toggle.ts'
import type { Directive } from '../common/types.ts'

/** Run-time compilers, by library or program: they write code and then execute it. */
const COMPILERS =
  /\/(libjvm|libcoreclr|libclrjit|libnode|libv8|libluajit|libmono[^/]*|libpypy[^/]*|libjavascriptcoregtk[^/]*)[.\-\d][^/]*$|\/(node|pypy\d*|luajit|beam\.smp)$/

/**
 * Programs that write code right at their start, if at all. If one runs without such memory, its compiler is off. An
 * embedded compiler, or one that waits for hot code, may begin at any request.
 */
const WRITE_AT_START = /\/(node|java|dotnet|beam\.smp)$/

function compiler({ executable, libraries }: ProcessFacts): string | undefined {
  return [executable, ...libraries].find((path) => COMPILERS.test(path))
}

function compilers(facts: Facts): { process: ProcessFacts; path: string }[] {
  return facts.processes.flatMap((process) => {
    const path = compiler(process)
    return path === undefined ? [] : [{ process, path }]
  })
}

function writableCode(facts: Facts): string | undefined {
  const process = facts.processes.find(({ executableMemory }) => executableMemory.length > 0)
  return (
    process &&
    `${called(process)} has memory that is writable and executable: ${process.executableMemory[0]}.`
  )
}

function lateCompiler(facts: Facts): string | undefined {
  const found = compilers(facts).find(({ process }) => !WRITE_AT_START.test(process.executable))
  return found && `${called(found.process)} has ${found.path}, which compiles at run time.`
}

function idleCompiler(facts: Facts): string | undefined {
  const [found] = compilers(facts)
  return (
    found &&
    `${called(found.process)} has ${found.path}, which compiles at run time by default; no such memory was seen.`
  )
}

export const MEMORY_DENY_WRITE_EXECUTE: Directive = toggle({
  key: 'MemoryDenyWriteExecute',
  denies: ['write-execute'],
  stage: 'system',
  since: 231,
  enforcer: 'filter',
  what: 'Forbids memory that is first written and then executed.',
  breaks: 'Anything that compiles at run time aborts: Java, Node.js, .NET, LuaJIT, PHP with its compiler on.',
  wins: 'An intruder cannot run injected code in the usual way.',
  forbids: 'write-execute',
  // A compiler that gets no memory for its code ends with one of these.
  failsWith: {
    says: /mprotect|executable memory|cannot allocate.*exec|JIT|CodeRange|reserve.*code/i,
    signals: [4, 5, 6, 7, 11],
  },
  against: (facts) => writableCode(facts) ?? lateCompiler(facts) ?? actSeen(facts, 'write-execute'),
  caution: idleCompiler,
  tickIfProven: () => true,
  evidence: (facts) =>
    noProcess(facts, 'have memory that is writable and executable, or executable without a file'),
})
