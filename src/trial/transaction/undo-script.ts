import { basename, dirname } from 'node:path'
import { temporaryName } from '../../host/files.ts'
import { deadmanName } from '../../systemd/manager/timer.ts'
import type { OwnershipRecord } from './ownership.ts'

export interface UndoPlan {
  unit: string
  /** Stands in the kept drop-in once the trial was kept; the script then only clears away. */
  token: string
  trialDropIn: string
  keptDropIn: string
  /** Folder of the script and of all else that the trial has under /run; removed at the end. */
  runFolder: string
  /** Unit that runs this script at boot, and the link that pulls it in; removed at the end. Empty when none. */
  bootFiles: string[]
  /** Drop-in folders that did not exist before the trial; removed when nothing of anybody else's is in them. */
  foldersMade: readonly string[]
  /** Invocation that ran before the trial: while it still runs, nothing was restarted and nothing need be. */
  invocation: string
  /** File that is there once the restart was begun. */
  restartMark: string
  records: readonly OwnershipRecord[]
}

/** sh(1): everything between single quotes is literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function restoreLine({ path, kind, inode, uid, gid, mode }: OwnershipRecord): string {
  const call = kind === 'directory' ? 'folder' : 'file'
  const words = [dirname(path), basename(path), inode, `${uid}:${gid}`, mode.toString(8)]
  return `${call} ${words.map(quoted).join(' ')}`
}

/**
 * A directory is given back before what is in it, so that nobody else can swap its entries any more. `cd -P` and
 * the comparison with `pwd -P` make sure that the folder stands where it stood, with no link on the way; the
 * inode, that the entry is the one that was recorded; or it is a plain file with no other name, such as a log that
 * was rotated since, and no mode of its record would make it run as its owner. Owner and mode are set on what is
 * open or entered, never on a name that could be swapped meanwhile. A directory that systemd removed
 * with RuntimeDirectory= is made again.
 */
const FUNCTIONS = `
enter() {
  cd -P -- "$1" 2>/dev/null && [ "$(pwd -P && echo .)" = "$1
." ]
}
give_back() {
  [ "$(stat -L -c '%u:%g %a' -- "$1")" = "$2 $3" ] && return 0
  chown -- "$2" "$1" && chmod -- "$3" "$1"
}
made_anew() { [ "$(stat -L -c %h -- "$1")" = 1 ] && [ "\${#2}" -le 3 ]; }
opened() {
  [ -f "$1" ] || return 0
  [ "$(stat -L -c %i -- "$1")" = "$2" ] || made_anew "$1" "$4" || return 0
  give_back "$1" "$3" "$4"
}
file() {
  enter "$1" || return 0
  [ -f "./$2" ] && [ ! -L "./$2" ] || return 0
  { opened /proc/self/fd/3 "$3" "$4" "$5"; } 3<"./$2"
}
folder() {
  enter "$1" || return 0
  if [ ! -e "./$2" ] && [ ! -L "./$2" ]; then mkdir -- "./$2" || return 0; fi
  [ -d "./$2" ] && [ ! -L "./$2" ] && enter "\${1%/}/$2" || return 0
  give_back . "$4" "$5"
}`

/**
 * Seconds between attempts: PID 1 refuses to read its files while /run is full, and a service can't write its pid
 * there. A little later there may be room; what then still fails is tried by the timer each minute.
 */
const RELOAD_WAITS = '1 2 4 8'
const START_WAITS = '1 2 4 8 15'

/**
 * A service that could not save its data at the first signal, on a disk that was full, goes on as if nothing had been
 * asked, and PID 1 waits: for ever where the unit has no limit for a stop. It is asked again this often.
 */
const INSIST_SECONDS = 20

/**
 * A unit whose file vanished in the middle of the trial's restart may be in the midst of an upgrade: it is started when
 * it is back within this time. After that it was removed, and there is nothing to start.
 */
const REAPPEAR_MINUTES = 10

/**
 * Text of the one script that undoes a trial, run by PID 1's timer, by hardenctl, and at boot. It needs no Node,
 * may run twice, and does nothing but clear away once the trial was kept. Files are given back before the unit
 * that runs it at boot is removed: once PID 1 has forgotten that unit, the service no longer waits for it. A start
 * under the trial's settings that is still on its way is ended first: it would take the files again. A service that
 * somebody stopped before the trial came to its restart stays stopped. It fails, and stays for the next time that the
 * timer runs it, as long as PID 1 can't read its files, some can't be removed, or the service can't be started again.
 */
export function undoScript(plan: UndoPlan): string {
  const folders = plan.foldersMade.map((folder) => `  rmdir -- ${quoted(folder)} 2>/dev/null`).join('\n')
  return `#!/bin/sh
# Undoes one hardenctl trial of ${plan.unit}. Safe to run at any time and more than once.
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
unset IFS CDPATH
unit=${quoted(plan.unit)}
${FUNCTIONS}
shown() { systemctl show --property="$1" --value -- "$unit"; }
insist() {
  seconds=0
  while sleep 1; do
    seconds=$((seconds + 1))
    [ $((seconds % ${INSIST_SECONDS})) = 0 ] && [ "$(shown ActiveState)" = deactivating ] || continue
    systemctl kill --kill-who=main --signal="$(shown KillSignal)" -- "$unit"
  done
}
reload() {
  for wait in ${RELOAD_WAITS}; do
    systemctl daemon-reload && return 0
    sleep "$wait"
  done
  systemctl daemon-reload
}
calm() {
  reload
  case "$(shown ActiveState):$(shown Job)" in
  active: | active:0 | inactive: | inactive:0 | failed: | failed:0) ;;
  *) systemctl stop --job-mode=ignore-dependencies -- "$unit" ;;
  esac
}
give_all_back() {
${plan.records.map(restoreLine).join('\n')}
  cd /
}
clear_away() {
  cd /
  rm -f -- ${[plan.trialDropIn, temporaryName(plan.trialDropIn), ...plan.bootFiles].map(quoted).join(' ')}
  again=
  for path in ${[plan.trialDropIn, ...plan.bootFiles].map(quoted).join(' ')}; do
    if [ -e "$path" ] || [ -L "$path" ]; then again=yes; fi
  done
  reload || again=yes
}
forget() {
  cd /
  [ -z "$insisting" ] || kill "$insisting"
  [ -z "$again" ] || exit 1
  rm -rf -- ${quoted(plan.runFolder)} 2>/dev/null
  [ ! -e ${quoted(plan.runFolder)} ] || exit 1
  systemctl stop --no-block -- ${quoted(`${deadmanName(plan.unit)}.timer`)} 2>/dev/null
  rmdir -- ${quoted(dirname(plan.runFolder))} 2>/dev/null
  exit 0
}
may_reappear() {
  [ -n "$(find ${quoted(plan.restartMark)} -mmin -${REAPPEAR_MINUTES} 2>/dev/null)" ]
}
unmake_folders() {
${folders}
  :
}
insisting=
if grep -qxF ${quoted(`# trial ${plan.token}`)} ${quoted(plan.keptDropIn)} 2>/dev/null; then
  clear_away
  unmake_folders
  forget
fi
rm -f -- ${[temporaryName(plan.keptDropIn), plan.trialDropIn].map(quoted).join(' ')}
if [ "$1" != boot ]; then
  insist </dev/null >/dev/null 2>&1 &
  insisting=$!
fi
${plan.records.length > 0 ? '[ "$1" = boot ] || calm' : ''}
give_all_back
clear_away
unmake_folders
[ "$1" = boot ] && forget
state=$(shown ActiveState)
now=$(shown InvocationID)
if [ "$state" = inactive ] && [ "$now" = ${quoted(plan.invocation)} ] && [ ! -e ${quoted(plan.restartMark)} ]; then
  :
elif [ "$state" != active ] || [ "$now" != ${quoted(plan.invocation)} ]; then
  systemctl reset-failed -- "$unit" 2>/dev/null
  systemctl restart -- "$unit"
  for wait in ${START_WAITS}; do
    [ "$(shown ActiveState)" = failed ] || break
    sleep "$wait"
    systemctl reset-failed -- "$unit" 2>/dev/null
    systemctl start -- "$unit"
  done
  case "$(shown LoadState):$(shown ActiveState):$(shown InvocationID)" in
  not-found:inactive:* | not-found:failed:*) if may_reappear; then again=yes; fi ;;
  *:failed:* | *:"$now") again=yes ;;
  esac
fi
forget
`
}

/** Unit that undoes an ownership change which a reboot would otherwise leave behind: /run is gone by then. */
export function bootUnit(unit: string, script: string): string {
  return `# Made by hardenctl for the time of one trial; it removes itself.
[Unit]
Description=Undo the unfinished hardenctl trial of ${unit.replaceAll('%', '%%')}
DefaultDependencies=no
After=local-fs.target
Before=${unit} basic.target shutdown.target
Conflicts=shutdown.target
RequiresMountsFor=/var /etc

[Service]
Type=oneshot
ExecStart=/bin/sh ${script.replaceAll('%', '%%').replaceAll('\\', '\\\\')} boot

[Install]
WantedBy=basic.target
`
}
