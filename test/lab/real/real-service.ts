import type { LabWish } from '../kit/lab.ts'

/** A packaged service, and an honest use of it. */
export interface RealService {
  /** What it is called in the table, and which drop-in was written for it by hand. */
  name: string
  unit: string
  suite: string
  wish: LabWish
  /** Absent: as its unit says. False: a reload ends it, without a walk too. */
  reloads?: boolean
  /** The text of a program in the lab that uses the service. */
  use: string
  /** The use is played by hardenctl too. One that takes a minute, or root, is played before and after alone. */
  exercised: boolean
  /** It starts jobs or sessions of other users, so it goes on as root. */
  staysRoot: boolean
}

/** As it is written down: what is the same for most is left out. */
export type Described = Omit<RealService, 'suite' | 'exercised' | 'staysRoot'> &
  Partial<Pick<RealService, 'exercised' | 'staysRoot'>>

/** A packaged service in short: commands that set it up before its start, and a use that fails where it does not serve. */
export interface Packaged {
  unit?: string
  setup?: string
  files?: Record<string, string>
  /** False: a reload ends it, without a walk too. */
  reloads?: boolean
  /** Units that it needs beside itself. */
  beside?: readonly string[]
  use: string
}
