import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { appendFile, chmod, mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BOOKKEEPING, logName } from '../scheduler.ts'
import { parseIdentity, type ProcessIdentity } from '../../kit/process-identity.ts'

const { O_NONBLOCK, O_RDONLY } = constants

/** One run of a job: which element of an array it is, and how often it was put back into the queue before. */
export interface Place {
  /** Absolute: the job's. */
  folder: string
  /** Undefined where the job is no array. */
  element: number | undefined
  restarts: number
}

/**
 * Runs one job, as the leader of its own process group. `set -C` opens the claim file exclusively: however often a start is
 * asked for (an agent that died while starting asks again), one wrapper wins and the others end with 75. The exit status goes
 * to a file, so it is known even where no agent was there to see it, into room that was taken before the script ran: a job that
 * fills its disk fails with its own status. Then whatever the script left behind ends with the group.
 * The trap keeps the wrapper alive through SIGTERM until the script has gone, so that its status is still written. `times`
 * says what processor time the shell and its ended children took. Nothing of it is looked up in the PATH, which is the job's own.
 */
const WRAPPER = `
umask 077
if [ -r "/proc/$$/stat" ]; then
  read -r boot </proc/sys/kernel/random/boot_id
  start=$(read -r stat <"/proc/$$/stat" && set -- $stat && shift 21 && printf '%s' "$1")
else
  boot=- start=$(LC_ALL=C command -p ps -o lstart= -p "$$")
fi
set -C
{ printf '%s %s %s\\n' "$$" "$boot" "$start" >"$1/claim"; } 2>/dev/null || exit 75
set +C
printf '    ' >"$1/exit"
trap : TERM INT HUP
"$2"
code=$?
printf '%03d\\n' "$code" 1<>"$1/exit"
times >"$1/times"
trap - TERM INT HUP
kill -9 0
`

/** What the wrapper of a start that came second ends with. */
export const CLAIMED_BEFORE = 75

const own = (folder: string, name: string) => join(folder, BOOKKEEPING, name)

/** Where a run keeps its claim and its end: each has its own, so that one that is put back begins anew. */
function bookOf({ folder, element, restarts }: Place): string {
  if (element === undefined && restarts === 0) return own(folder, '')
  return own(folder, `${element ?? 'job'}-${restarts}`)
}
const logOf = ({ folder, element }: Place) => join(folder, logName(element))

/** Writes the script where the wrapper runs it from, 0700, complete before it has its name. */
export async function writeScript(folder: string, script: string): Promise<void> {
  await mkdir(join(folder, BOOKKEEPING), { recursive: true, mode: 0o700 })
  const file = await open(own(folder, 'script'), 'w', 0o700)
  try {
    await file.writeFile(script.startsWith('#!') ? script : `#!/bin/bash\n${script}`)
    await file.sync()
  } finally {
    await file.close()
  }
  await chmod(own(folder, 'script'), 0o700)
}

/** Starts the wrapper in the job's folder, detached from the agent: it lives on when the agent ends. */
export async function startWrapper(place: Place, environment: Record<string, string>): Promise<ChildProcess> {
  const { folder } = place
  const book = bookOf(place)
  await mkdir(book, { recursive: true, mode: 0o700 })
  const log = await open(logOf(place), 'a', 0o600)
  try {
    const child = spawn('/bin/sh', ['-c', WRAPPER, 'headway-job', book, own(folder, 'script')], {
      cwd: folder,
      env: { ...environment, HEADWAY_REASON: join(book, 'reason') },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
    return child
  } finally {
    await log.close()
  }
}

/** More than this stands in none of a run's own files, whatever its script may have made of them. */
const MOST = 4096

async function readOwn(place: Place, name: string): Promise<string | undefined> {
  // A pipe that a script put in the place of the file must not keep its reader waiting.
  const file = await open(join(bookOf(place), name), O_RDONLY | O_NONBLOCK).catch(() => undefined)
  try {
    const read = await file?.read(Buffer.alloc(MOST), 0, MOST, 0)
    return read?.buffer.toString('utf8', 0, read.bytesRead)
  } catch {
    return undefined
  } finally {
    await file?.close()
  }
}

/** Says something in the run's log, behind what it wrote itself. */
export const noteInLog = (place: Place, sentence: string): Promise<void> =>
  appendFile(logOf(place), `\nheadway: ${sentence}\n`)

/** A run that begins anew begins with an empty log, as Slurm's do. */
export const removeLog = (place: Place): Promise<void> => rm(logOf(place), { force: true })

/** Bytes; 0 where there is none. */
export async function logSize(place: Place): Promise<number> {
  const log = await stat(logOf(place)).catch(() => undefined)
  return log?.size ?? 0
}

/** Seconds of processor time that the ended children of the wrapper took (POSIX `times`, second line). */
export async function readTimes(place: Place): Promise<number | undefined> {
  const line = (await readOwn(place, 'times'))?.split('\n')[1] ?? ''
  const match = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/.exec(line.trim())
  if (match === null) return undefined
  const [userMinutes = 0, user = 0, systemMinutes = 0, system = 0] = match.slice(1).map(Number)
  return (userMinutes + systemMinutes) * 60 + user + system
}

/** The process that claimed the job; undefined while none has (or its line is not complete yet). */
export async function readClaim(place: Place): Promise<ProcessIdentity | undefined> {
  const text = await readOwn(place, 'claim')
  return text === undefined ? undefined : parseIdentity(text)
}

/** The script's exit status once its whole line is there; 128 + n for signal n, as the shell counts. */
export async function readExit(place: Place): Promise<number | undefined> {
  const text = await readOwn(place, 'exit')
  return text !== undefined && /^\d{1,3}\n$/.test(text) ? Number(text) : undefined
}

/** One sentence the script may leave in `$HEADWAY_REASON` to say why it failed; control characters taken out. */
export async function readReason(place: Place): Promise<string | undefined> {
  const text = await readOwn(place, 'reason')
  const line = text
    ?.replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 500)
  return line === '' ? undefined : line
}
