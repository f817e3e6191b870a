import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { open, readdir, readFile, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { wait } from '../kit/wait.ts'
import { questionOf } from './askpass-question.ts'
import type { Ask } from './questions.ts'

/** Lets the system's `ssh` ask through Headway's window (ssh(1), SSH_ASKPASS): without a terminal and without a socket. */
export interface Askpass {
  environment: Record<string, string>
  /** The user refused something that was asked. */
  readonly refused: boolean
  readonly asked: boolean
  /** Withdraws what is still asked; ssh's program for it ends. */
  close(): void
}

/**
 * Run by ssh with the question as its argument; what it prints is the answer. Question and answer travel by a file and a FIFO
 * in the 0700 folder that the script itself lies in. We hold the FIFO open while we ask: it ends also where we do.
 */
const script = `#!/bin/sh
umask 077
d=\${0%/*}
mkfifo "$d/answer.$$" || exit 1
trap 'rm -f "$d/answer.$$"' EXIT
printf '%s' "\${SSH_ASKPASS_PROMPT:-}" >"$d/kind.$$" || exit 1
printf '%s' "$1" >"$d/asking.$$" && mv "$d/asking.$$" "$d/question.$$" || exit 1
IFS= read -r answer <"$d/answer.$$" || exit 1
printf '%s\\n' "$answer"
`
/** Milliseconds between two looks at the folder. */
const lookEveryMs = 50

/**
 * For POSIX systems; Windows has no FIFO in its file system. `folder` is the caller's own, 0700. `onRefused`: ssh would take an
 * empty answer for one and try it, so it has to be ended.
 */
export async function createAskpass(parts: {
  folder: string
  /** As ssh gets it. */
  environment: Readonly<Record<string, string | undefined>>
  host: string
  ask: Ask
  signal: AbortSignal
  onRefused: () => void
}): Promise<Askpass> {
  const { folder, ask } = parts
  const program = join(folder, 'askpass')
  await writeFile(program, script, { mode: 0o700 })
  const closing = new AbortController()
  const signal = AbortSignal.any([parts.signal, closing.signal])
  const before: string[] = []
  const seen = new Set<string>()
  let refused = false
  let asked = false

  async function answer(id: string): Promise<void> {
    const text = await readFile(join(folder, `question.${id}`), 'utf8')
    const kind = await readFile(join(folder, `kind.${id}`), 'utf8')
    const fifo = await openForReader(join(folder, `answer.${id}`), signal)
    try {
      const response = await respond(text, kind)
      if (response !== undefined) await fifo.write(`${response.replace(/[\r\n][^]*$/, '')}\n`)
      else if (!signal.aborted) {
        refused = true
        parts.onRefused()
      }
    } finally {
      await fifo.close()
    }
  }
  async function respond(text: string, kind: string): Promise<string | undefined> {
    // A touch of a security key: ssh shows it and waits for nobody's answer.
    if (kind === 'none') return ''
    asked = true
    const question = questionOf(text, kind, before)
    before.push(text)
    const given = await ask(hostOf(question.host, parts.host), question.ask, signal)
    return given?.kind === 'responses' ? (given.responses[0] ?? '') : given && question.yes
  }
  const look = async (): Promise<void> => {
    for (const name of await readdir(folder).catch(() => [])) {
      const [what, id = ''] = name.split('.')
      if (what !== 'question' || seen.has(id) || signal.aborted) continue
      seen.add(id)
      void answer(id).catch(() => undefined)
    }
  }
  const timer = setInterval(() => void look(), lookEveryMs)
  return {
    environment: {
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: 'force',
      // Before OpenSSH 8.4 it counts only with a display; a ProxyCommand may need the user's own.
      DISPLAY: parts.environment['DISPLAY'] ?? ':headway',
    },
    get refused() {
      return refused
    },
    get asked() {
      return asked
    },
    close() {
      clearInterval(timer)
      closing.abort(new Error('ssh asks no more'))
    },
  }
}

const bare = (name: string): string => name.replace(/^.*@/, '').replace(/:\d+$/, '')
/** The hop as ssh names it, unless that is the site's own, which we know with its port and user. */
function hostOf(named: string | undefined, site: string): string {
  return named === undefined || bare(named) === bare(site) ? site : named
}

/** Opens a FIFO once its reader has: to wait for that in `open` would block a thread for as long as there is none. */
async function openForReader(path: string, signal: AbortSignal): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENXIO')) throw error
    }
    await wait(lookEveryMs / 5, signal)
  }
}

/** Whether the script above can work here. */
export async function canAskpass(): Promise<boolean> {
  if (process.platform === 'win32') return false
  return promisify(execFile)('/bin/sh', ['-c', 'command -v mkfifo']).then(
    () => true,
    () => false,
  )
}
