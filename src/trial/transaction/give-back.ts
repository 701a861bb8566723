import { basename, dirname } from 'node:path'
import type { OwnershipRecord } from './ownership.ts'

/** sh(1): everything between single quotes is literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Files that one process gives back; more would not fit into an argument list where names are long: execve(2). */
const FILES_AT_ONCE = 25

/** Seconds for them. An open can block for as long as whoever made the file wants: fifo(7), F_SETLEASE of fcntl(2). */
const LIMIT_SECONDS = 20

/** Folders in which an open may block until those that others can write to are passed by. */
const MAX_STALLS = 3

/**
 * The program that gives back one folder and files in it: `sh -c TEXT sh WARY FOLDER [NAME ID OWNER MODE GIVEN]…`, where
 * NAME is empty for the folder itself, ID is DEVICE:INODE, and GIVEN lists the user ids that a trial handed it to, or
 * is "any". Plain sh and coreutils. Each line says who could race it: "the account" is anybody who can write to the
 * folder, which includes the service's own account where the folder was its own before the trial, at work all the time.
 *
 * Nothing is done to a name. A folder is entered, a file is opened, and what is then held is looked at and given back,
 * so that a swap of the name changes nothing. `<>` would not block on a FIFO, but it makes a file where there is none, and
 * so behind a link of the account’s; `<` may block, and the caller's timeout(1) ends that.
 */
export const GIVE_BACK = `
wary=$1 where=$2
shift 2
format="%d:%i %u:%g %a %h %f"
# A link on the way leads elsewhere, and then the kernel says another path of where we are.
enter() {
  cd -P -- "$1" 2>/dev/null && [ "$(pwd -P && echo .)" = "$1
." ]
}
listed() {
  case ",$given," in *",$1,"*) true ;; *) false ;; esac
}
# ID OWNER LINKS of what is held. The same inode is given back, but never from root to somebody else, unless a trial took
# it for root. Another one is what the service made anew, such as a rotated log: it belongs to the account that the
# trial gave, it has no other name, and no mode of its record makes it run as its owner.
may_give() {
  case "\${2%:*} $1" in
  "0 $id") [ "\${owner%:*}" = 0 ] || { listed 0 && [ "$3" = 1 ]; } ;;
  "0 "*) false ;;
  *" $id") true ;;
  *) { [ "$given" = any ] || listed "\${2%:*}"; } && [ "$3" = 1 ] && [ "\${#mode}" -le "$longest" ] ;;
  esac
}
# The account may swap the folder for another, but not what was entered. Only a new, empty one is handed over unrecorded.
folder() {
  made=
  if ! enter "$where"; then
    parent=\${where%/*} name=\${where##*/}
    enter "\${parent:-/}" && [ ! -e "./$name" ] && [ ! -L "./$name" ] || return 0
    mkdir -m 700 -- "./$name" && enter "$where" || return 0
    made=yes
  fi
  # shellcheck disable=SC2046 # Words are wanted: numbers.
  set -- $(stat -c "$format" .)
  [ "$2 $3" != "$owner $mode" ] || return 0
  longest=4
  if [ -n "$made" ] && [ "\${2%:*}" = 0 ] && [ -z "$(ls -A)" ]; then :
  else may_give "$1" "$2" 1 || return 0; fi
  chown -- "$owner" . && chmod -- "$mode" .
}
# Nothing is opened that is right already, or no file. The account may swap the name between this look and the open.
file() {
  # shellcheck disable=SC2046 # Words are wanted: numbers.
  set -- "$1" $(stat -c "$format" -- "$1" 2>/dev/null)
  [ "$#" = 6 ] && [ "$3 $4" != "$owner $mode" ] || return 0
  case "$6" in 8???) ;; *) return 0 ;; esac
  longest=3
  may_give "$2" "$3" "$5" || return 0
  # shellcheck disable=SC2094 # The name is looked at again, never written to.
  { opened "$1"; } 3<"$1"
}
# What is open is what the name stands for, itself and not by a link, after the open; and it is looked at once more.
# Whoever had the file may have written to it: a bit that makes it run as its owner is never set.
opened() {
  held=$(stat -L -c "$format" /proc/self/fd/3) && [ "$held" = "$(stat -c "$format" -- "$1")" ] || return 0
  # shellcheck disable=SC2086 # Words are wanted: numbers.
  set -- $held
  may_give "$1" "$2" "$4" || return 0
  case "$mode" in ????) mode=\${mode#?} ;; esac
  chown -- "$owner" /proc/self/fd/3 && chmod -- "$mode" /proc/self/fd/3
}
roots_alone() {
  case "$(stat -c "%u %A" .)" in "0 "?????-??-?*) true ;; *) false ;; esac
}
if [ "$#" -ge 5 ] && [ -z "$1" ]; then
  id=$2 owner=$3 mode=$4 given=$5
  shift 5
  folder
fi
enter "$where" || exit 0
[ -z "$wary" ] || roots_alone || exit 0
while [ "$#" -ge 5 ]; do
  id=$2 owner=$3 mode=$4 given=$5
  file "./$1"
  shift 5
done
exit 0
`

/** Functions of the undo script: `give` runs the program for one folder. */
export const GIVE = `
# shellcheck disable=SC2016 # This is the text of another shell, which expands it.
give_back=${quoted(GIVE_BACK)}
stalls=0
# Where an open blocks somebody holds it up; the rest of those files is left. Nobody can do so for long: after the third
# time only folders that nobody but root writes to are gone through. The program is no session leader, so that no
# terminal behind a link becomes the one that could interrupt this script: credentials(7).
give() {
  wary=
  [ "$stalls" -lt ${MAX_STALLS} ] || wary=yes
  timeout -k 5 ${LIMIT_SECONDS} /bin/sh -c "$give_back" sh "$wary" "$@" </dev/null
  case $? in 124 | 137) stalls=$((stalls + 1)) ;; esac
}`

function wordsOf({ path, kind, device, inode, uid, gid, mode, given }: OwnershipRecord): string {
  const name = kind === 'directory' ? '' : basename(path)
  const words = [name, `${device}:${inode}`, `${uid}:${gid}`, mode.toString(8), given?.join(',') ?? 'any']
  return words.map(quoted).join(' ')
}

/** Lines that give back the records, a folder before its files and before the folders in it. */
export function giveBackLines(records: readonly OwnershipRecord[]): string[] {
  const folders = new Map<string, { own?: OwnershipRecord; files: OwnershipRecord[] }>()
  for (const record of records) {
    const path = record.kind === 'directory' ? record.path : dirname(record.path)
    const folder = folders.get(path) ?? { files: [] }
    folders.set(path, folder)
    if (record.kind === 'directory') folder.own = record
    else folder.files.push(record)
  }
  const byPath = [...folders].sort(([a], [b]) => (a < b ? -1 : 1))
  return byPath.flatMap(([path, { own, files }]) => {
    const lines: string[] = []
    for (let from = 0; from === 0 || from < files.length; from += FILES_AT_ONCE) {
      const some = files.slice(from, from + FILES_AT_ONCE)
      const all = from === 0 && own !== undefined ? [own, ...some] : some
      lines.push(['give', quoted(path), ...all.map((record) => `\\\n  ${wordsOf(record)}`)].join(' '))
    }
    return lines
  })
}
