import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BOOKKEEPING, LOG_NAME } from '../scheduler.ts'
import { parseIdentity, type ProcessIdentity } from './process-identity.ts'

/**
 * Runs one job, as the leader of its own process group. `set -C` opens the claim file exclusively: however often a start is
 * asked for (an agent that died while starting asks again), one wrapper wins and the others end with 75. The exit status goes
 * to a file, so it is known even where no agent was there to see it; then whatever the script left behind ends with the group.
 * The trap keeps the wrapper alive through SIGTERM until the script has gone, so that its status is still written.
 */
const WRAPPER = `
umask 077
if [ -r "/proc/$$/stat" ]; then
  boot=$(cat /proc/sys/kernel/random/boot_id) start=$(cut -d' ' -f22 "/proc/$$/stat")
else
  boot=- start=$(LC_ALL=C ps -o lstart= -p "$$")
fi
set -C
{ printf '%s %s %s\\n' "$$" "$boot" "$start" >"$1/claim"; } 2>/dev/null || exit 75
set +C
trap : TERM INT HUP
"$1/script"
code=$?
printf '%s\\n' "$code" >"$1/exit.part" && mv -f "$1/exit.part" "$1/exit"
trap - TERM INT HUP
kill -9 0
`

/** What the wrapper of a start that came second ends with. */
export const CLAIMED_BEFORE = 75

const own = (folder: string, name: string) => join(folder, BOOKKEEPING, name)

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

/** Starts the wrapper in `folder`, detached from the agent: it lives on when the agent ends. */
export async function startWrapper(folder: string, environment: Record<string, string>): Promise<ChildProcess> {
  const log = await open(join(folder, LOG_NAME), 'a', 0o600)
  try {
    const child = spawn('/bin/sh', ['-c', WRAPPER, 'headway-job', own(folder, '')], {
      cwd: folder,
      env: { ...environment, HEADWAY_REASON: own(folder, 'reason') },
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

const readOwn = (folder: string, name: string): Promise<string | undefined> =>
  readFile(own(folder, name), 'utf8').catch(() => undefined)

/** The process that claimed the job; undefined while none has (or its line is not complete yet). */
export async function readClaim(folder: string): Promise<ProcessIdentity | undefined> {
  const text = await readOwn(folder, 'claim')
  return text === undefined ? undefined : parseIdentity(text)
}

/** The script's exit status once it is there; 128 + n for signal n, as the shell counts. */
export async function readExit(folder: string): Promise<number | undefined> {
  const text = await readOwn(folder, 'exit')
  return text !== undefined && /^\d{1,3}\n$/.test(text) ? Number(text) : undefined
}

/** One sentence the script may leave in `$HEADWAY_REASON` to say why it failed; control characters taken out. */
export async function readReason(folder: string): Promise<string | undefined> {
  const text = await readOwn(folder, 'reason')
  const line = text
    ?.slice(0, 4096)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 500)
  return line === '' ? undefined : line
}
