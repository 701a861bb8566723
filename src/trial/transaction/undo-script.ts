import { dirname } from 'node:path'
import { temporaryName } from '../../host/files.ts'
import type { Manager } from '../../host/manager.ts'
import { AS_SECOND, undoService, undoTimers } from '../../systemd/manager/timer.ts'
import { GIVE, giveBackLines, quoted } from './give-back.ts'
import { commitLine } from './kept-drop-in.ts'
import type { OwnershipRecord } from './ownership.ts'

export interface UndoPlan {
  /** Whose manager runs it. */
  manager: Pick<Manager, 'kind'>
  unit: string
  /** In the kept drop-in once the trial was kept; the script then only removes its own files. */
  token: string
  trialDropIn: string
  keptDropIn: string
  /** Folder of the script and of all else that the trial has under /run; removed at the end. */
  runFolder: string
  /** Unit that runs this script at boot, and the link that pulls it in; removed at the end. Empty when none. */
  bootFiles: string[]
  /** Drop-in folders that did not exist before the trial; removed when nothing of anybody else's is in them. */
  foldersMade: readonly string[]
  /** The invocation before the trial: while it runs, no restart happened and none is needed. */
  invocation: string
  /** "pid:start ticks" of what ran before the trial and was started by nothing else of the unit. */
  daemons: readonly string[]
  /** File that is there once the restart was begun. */
  restartMark: string
  records: readonly OwnershipRecord[]
  /** It was stopped before the first change: it is not started where it is stopped now. */
  leavesStopped?: boolean
}

/**
 * Seconds between attempts: PID 1 refuses to read its files while /run is full, and a service can't write its pid
 * there. A little later there may be room; what then still fails is tried by the timer each minute.
 */
const RELOAD_WAITS = '1 2 4 8'
const START_WAITS = '1 2 4 8 15'

/**
 * A service that could not save its data at the first signal, on a full disk, continues as if nothing was asked, and
 * PID 1 waits, for ever if the unit has no limit for a stop. The signal is repeated this often.
 */
const INSIST_SECONDS = 20

/**
 * A unit whose file vanished during the trial's restart may be in an upgrade: it is started if the file is back within
 * this time. After that it counts as removed, and nothing can be started.
 */
const REAPPEAR_MINUTES = 10

/** In the manager of a user each command speaks to that. */
function spoken({ manager }: UndoPlan): string {
  return manager.kind === 'user' ? 'systemctl() { command systemctl --user "$@"; }\n' : ''
}

/** Gives the files back, after any start under the trial's settings has ended, since that would take them again. */
function givePart({ records }: UndoPlan): string {
  if (records.length === 0) return 'give_all_back() { :; }'
  return `${GIVE}
calm() {
  reload
  never_restarted && return 0
  case "$(shown ActiveState):$(shown Job)" in
  active: | active:0 | inactive: | inactive:0 | failed: | failed:0) ;;
  *) systemctl stop --job-mode=ignore-dependencies -- "$unit" ;;
  esac
}
# The account of the service, and whoever else can write to these folders: see the program in give_back.
give_all_back() {
  [ "$1" = boot ] || calm
${giveBackLines(records).join('\n')}
}`
}

/**
 * Ends what ran before the trial where the stop under its settings ended none of it, as of a daemon that a script of the
 * service ends by itself (KillMode=process): it holds the port or the lock that the next start needs, and PID 1, for which
 * the unit has failed, stops nothing any more. What one of these has started, such as a session, goes on. No pid can be
 * another process by now: its start in ticks of the clock is compared.
 */
function leftPart(daemons: readonly string[]): string {
  if (daemons.length === 0) return 'end_left() { :; }'
  return `ticks() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
runs() { [ "$(ticks "\${1%:*}")" = "\${1#*:}" ]; }
end_left() {
  for one in ${daemons.join(' ')}; do runs "$one" || return 0; done
  for one in ${daemons.join(' ')}; do kill -s TERM "\${one%:*}"; done
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    left=
    for one in ${daemons.join(' ')}; do ! runs "$one" || left=yes; done
    [ -n "$left" ] || return 0
    sleep 1
  done
}`
}

/**
 * Text of the one script that undoes a trial, run by PID 1's timer, by hardenctl, and at boot. It needs no Node,
 * may run twice, and does nothing but clear away once the trial was kept. Files are given back before the unit
 * that runs it at boot is removed: once PID 1 has forgotten that unit, the service no longer waits for it. A start
 * under the trial's settings that is still on its way is ended first: it would take the files again. A service that
 * the trial never came to restart is not restarted, and one that somebody stopped before that stays stopped. It fails,
 * and stays for the next time that the timer runs it, as long as PID 1 can't read its files, some can't be removed, or
 * the service can't be started again.
 *
 * Who else could write to the paths that it touches: to those of the records whoever the folder belongs to, and all
 * that is done there is in give-back.ts; to no other, since /run/hardenctl, /run/systemd, /etc/systemd and
 * /var/lib/hardenctl and all above them are root's.
 */
export function undoScript(plan: UndoPlan): string {
  const folders = plan.foldersMade.map((folder) => `  rmdir -- ${quoted(folder)} 2>/dev/null`).join('\n')
  const mark = quoted(plan.restartMark)
  return `#!/bin/sh
# Undoes one hardenctl trial of ${plan.unit.replaceAll(/[\n\r]/g, ' ')}. Safe to run at any time and more than once.
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
unset IFS CDPATH
umask 077
cd /
${spoken(plan)}# Two timers never run it side by side: the second one waits for what the first one began, or would begin.
[ "$1" != ${AS_SECOND} ] || ! systemctl start -- ${quoted(undoService(plan.unit))} 2>/dev/null || exit 0
unit=${quoted(plan.unit)}
shown() { systemctl show --property="$1" --value -- "$unit"; }
# A oneshot does its work at its own time: an undo does not run it, unless it is to stay active.
rests() {
  [ "$(shown Type)" = oneshot ] || return 1
  [ -z "$(shown ControlGroup)" ] || [ "$(shown SubState)" = exited ] || return 1
  [ "$(shown RemainAfterExit)" = no ] || [ "$(shown ActiveState)" != failed ]
}
# The trial never came to its restart: the invocation is the one of before, whatever state others brought it to.
never_restarted() { [ ! -e ${mark} ] && [ "$(shown InvocationID)" = ${quoted(plan.invocation)} ]; }
# A socket or a path whose service ended at each start has given up too: systemd.socket(5), systemd.path(5). It starts
# only while the service does not run, and without it the service would get nothing.
revive_triggers() {
  for trigger in $(shown TriggeredBy); do
    case "$(systemctl show --property=Result --value -- "$trigger")" in
    *-limit-hit)
      systemctl stop -- "$unit"
      systemctl reset-failed -- "$trigger" 2>/dev/null
      systemctl start -- "$trigger"
      ;;
    esac
  done
}
# Its sleep ends with it: on a host with control groups of version 1 PID 1 would wait for that process of the script.
insist() {
  nap=
  trap '[ -z "$nap" ] || { kill "$nap"; wait "$nap"; }; exit 0' TERM
  seconds=0
  while :; do
    sleep 1 &
    nap=$!
    wait "$nap"
    nap=
    seconds=$((seconds + 1))
    [ $((seconds % ${INSIST_SECONDS})) = 0 ] || continue
    [ "$(shown ActiveState)" = deactivating ] || continue
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
${givePart(plan)}
${leftPart(plan.daemons)}
# Nobody but root: /run/systemd/system, /etc/systemd/system, /var/lib/hardenctl (0700).
gone() { [ ! -e "$1" ] && [ ! -L "$1" ]; }
clear_away() {
  rm -f -- ${[plan.trialDropIn, temporaryName(plan.trialDropIn), ...plan.bootFiles].map(quoted).join(' ')}
  again=
${[plan.trialDropIn, ...plan.bootFiles].map((path) => `  gone ${quoted(path)} || again=yes`).join('\n')}
  reload || again=yes
}
# Nobody but root: /run/hardenctl and what is in it (0700).
forget() {
  [ -z "$insisting" ] || { kill "$insisting" && wait "$insisting"; }
  [ -z "$again" ] || exit 1
  rm -rf -- ${quoted(plan.runFolder)} 2>/dev/null
  [ ! -e ${quoted(plan.runFolder)} ] || exit 1
  # One by one: systemctl 262 stops none of several units if it does not know one of them.
${undoTimers(plan.unit)
  .map((timer) => `  systemctl stop --no-block -- ${quoted(timer)} 2>/dev/null`)
  .join('\n')}
  rmdir -- ${quoted(dirname(plan.runFolder))} 2>/dev/null
  exit 0
}
# Nobody but root: the mark is in /run/hardenctl.
may_reappear() {
  [ -n "$(find ${mark} -mmin -${REAPPEAR_MINUTES} 2>/dev/null)" ]
}
# Nobody but root: folders of drop-ins.
unmake_folders() {
${folders}
  :
}
insisting=
# Nobody but root: a drop-in in /etc/systemd/system.
if grep -qxF ${quoted(commitLine(plan.token))} ${quoted(plan.keptDropIn)} 2>/dev/null; then
  clear_away
  unmake_folders
  forget
fi
# Nobody but root: as in clear_away.
rm -f -- ${quoted(temporaryName(plan.keptDropIn))} ${quoted(plan.trialDropIn)}
if [ "$1" != boot ]; then
  insist </dev/null >/dev/null 2>&1 &
  insisting=$!
fi
give_all_back "$1"
clear_away
unmake_folders
[ "$1" = boot ] && forget
state=$(shown ActiveState)
now=$(shown InvocationID)
if [ "$(shown Type)" = oneshot ] && [ -e ${mark} ] && [ "$state" = activating ]; then
  systemctl stop -- "$unit"
  state=$(shown ActiveState)
fi
if rests; then
  systemctl reset-failed -- "$unit" 2>/dev/null
elif [ "$state" != failed ] && [ "$state" != activating ] && never_restarted; then
  :
${plan.leavesStopped === true ? 'elif [ "$state" = inactive ]; then\n  :\n' : ''}elif [ "$state" != active ] || [ "$now" != ${quoted(plan.invocation)} ]; then
  revive_triggers
  systemctl reset-failed -- "$unit" 2>/dev/null
  systemctl restart -- "$unit"
  for wait in ${START_WAITS}; do
    [ "$(shown ActiveState)" = failed ] || break
    sleep "$wait"
    [ "$wait" = 1 ] || end_left
    revive_triggers
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

/**
 * Unit that undoes an ownership change which a reboot would otherwise leave behind: /run is gone by then. Its script is in
 * a folder that nobody but root can write to. No device can be opened by it, should a link lead there.
 */
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
DevicePolicy=closed
ExecStart=/bin/sh ${script.replaceAll('%', '%%').replaceAll('\\', '\\\\')} boot

[Install]
WantedBy=basic.target
`
}
