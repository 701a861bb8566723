/** Text of a unit that runs a script for sh and ends. No quote may be in the script. */
export function oneshot(script: string): string {
  return `[Unit]\nDescription=a test\n[Service]\nType=oneshot\nExecStart=/bin/sh -c '${script}'\n`
}

/** Something new is there to work on: without that nothing would be taken from a script of root's. */
export const WORK = ['--exercise', '/usr/bin/touch /var/tmp/work']
