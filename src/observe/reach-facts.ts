/** What configuration, arguments, programs and rights tell of uses that may not have been seen. */
export interface ReachFacts {
  named: NamedThing[]
  /** Telling calls that its programs and plug-ins import: "execve", "setuid". */
  imports: string[]
  /** Programs whose calls nobody can read: they bring the C library along. */
  opaque?: string[]
  /** Running programs that do what another file says. */
  interpreters: string[]
  /** Scripts of its Exec lines that no package brought. */
  scripts?: string[]
  /** Programs of the machine that anybody may start and that have capabilities of their own: capabilities(7). */
  capable?: CapableProgram[]
  /** The program that hands a mail to this machine's queue, where there is one, with links followed. */
  mailer?: string
  /** The mailer is setuid and of root: it needs whatever root does in the service. */
  mailerIsRoot?: true
  /** One of its programs and plug-ins that names the mailer in its text. */
  mails?: string
  /** One of its programs and plug-ins that names a file in the home of each account in its text. */
  homes?: string
  /** A plug-in of it that looks up accounts by their names: a program itself does so to become one. */
  accountsBy?: string
  /** One of its programs and plug-ins that sets the variables of CGI for what it starts: RFC 3875. */
  gateway?: string
  /** A program or library at work that does inside of its program what scripts say: it is no program that runs a script. */
  embedded?: string
  /** A plug-in of it that calls for other programs to be started: its own programs may be able to as well, and never do. */
  starts?: string
  /** Programs that its programs and libraries name in their texts, and that need more than these. */
  helpers?: HelperProgram[]
  /** Folders of programs that its programs name in their texts. */
  programFolders?: ProgramFolder[]
  /** Programs and libraries at work whose text names files of /proc that tell of the whole machine. */
  monitors: Monitor[]
  /** A program at work that tells as a metric when its process began, which it counts from the boot of the machine. */
  timed?: string
  /** A file of /proc about the machine that one of its programs and plug-ins names in its text. */
  kernel?: { path: string; by: string }
  /** One of its programs and plug-ins that sets extended attributes that are root's alone: xattr(7). */
  attributes?: string
  /** A program of the unit that tells a daemon of root what to do. */
  controller?: Controller
  /** Those of its accounts, and groups behind "%", that sudoers(5) has a rule for. */
  sudo: string[]
}

/** A program of the unit's Exec lines, and the service's Unix socket that its text names. */
export interface Controller {
  path: string
  socket: string
}

/** A program with file capabilities, in lower case as the kernel has them. */
export interface CapableProgram {
  path: string
  capabilities: string[]
}

/** A program that another one names in its text. */
export interface HelperProgram {
  path: string
  /** What names it. */
  by: string
  /** Setuid or setgid. */
  privileged: boolean
  /** Groups of system calls of which it imports some: "@resources". */
  groups: string[]
}

/** A folder of a package's programs. */
export interface ProgramFolder {
  path: string
  /** What names it. */
  by: string
  /** Their paths. */
  programs: string[]
}

/** A program or library that is there for telling of the whole machine. */
export interface Monitor {
  path: string
  /** Of its file systems too. */
  mounts: boolean
}

/** Something that its configuration names and that is there. */
export interface NamedThing {
  /**
   * programs: a folder that has some in it; file: one that it may write, straight in a folder of everybody's;
   * everything: "/", where the name of a place stands.
   */
  kind:
    | 'program'
    | 'programs'
    | 'home'
    | 'home-file'
    | 'everything'
    | 'folder'
    | 'file'
    | 'device'
    | 'temporary'
    | 'host'
    | 'account'
  /**
   * A real path, the name or address of a machine, or the name of an account. A temporary file need not be there: its
   * path is as it is written.
   */
  name: string
  /** The file, or "the command line of NAME". */
  where: string
  /** The program is setuid or setgid. */
  privileged?: boolean
  /** Other accounts may read what is written in the folder. */
  open?: true
  /** It works in the folder, which may have nothing but its program. */
  workplace?: true
  /** "#!" lines name the program. */
  interpreter?: true
  /** An argument stands behind it, or a key for commands is set to it. */
  command?: true
  /** Such a program, which starts others, or of which nobody can read what it calls. */
  starts?: true
  /** Such a program, which finds machines by their names and connects. */
  connects?: true
  /** The program is a script, and of no package: somebody here wrote what it does. */
  script?: true
}
