import { randomBytes } from 'node:crypto'
import type { Duplex, Readable } from 'node:stream'
import { AppError, appError } from '../kit/app-error.ts'
import { reasonOf, wait } from '../kit/wait.ts'
import { installFailed, shortened } from './failure.ts'
import { asOneLine, shQuote } from './quote.ts'
import { createMarkReader } from './reader.ts'
import { pump } from './pump.ts'

/**
 * Every login shell understands this line (bash, zsh, csh, tcsh, fish), and leaves a POSIX shell in its place that reads commands
 * from standard input.
 */
export const REMOTE_SHELL_COMMAND = 'exec /bin/sh'

/** What `openRemoteShell` needs of a process on the head node; `RemoteProcess` of the SSH session is one. */
export type ShellProcess = Duplex & { stderr?: NodeJS.ReadableStream; exited?: Promise<{ code: number | undefined }> }

/** How a script ended, and what it printed. */
export interface ScriptEnd {
  status: number
  stdout: string
}

/**
 * A conversation with one POSIX shell over one exec channel: scripts run one after another, each in a subshell of its own.
 * Rejects with AppError SSH_FAILED (`closed`) when the channel is lost, or with the signal's reason.
 */
export interface RemoteSh {
  /** Runs a script with `args` as `$1`, `$2` …; its standard input is empty. At most 1 MiB of output. Default: 60 s, then the shell is ended. */
  run(script: string, args?: readonly string[], options?: { timeoutMs?: number }): Promise<ScriptEnd>
  /**
   * Runs a script that reads exactly `size` bytes of its standard input, which is `source`. One that ends before it has read all is
   * answered at once; the rest is skipped. `onSent` hears how many bytes the channel has taken.
   */
  send(
    script: string,
    source: Readable | Uint8Array,
    size: number,
    args?: readonly string[],
    onSent?: (bytes: number) => void,
  ): Promise<ScriptEnd>
  /** Ends the shell and its channel. */
  end(): void
  /** Replaces the shell by a command line of sh (`exec` is put before it) and gives its channel away. */
  become(command: string): Duplex
}

export interface RemoteShellOptions {
  /** Named in errors. */
  host: string
  signal?: AbortSignal | undefined
  /** Until the shell answers first; a login that loads modules takes a while. Default 60 s. */
  openMs?: number
}

const outputBytes = 1024 * 1024
/** Of a login's greeting, before the shell answers. */
const greetingBytes = 4 * 1024 * 1024
const errorBytes = 4096
const defaultRunMs = 60_000

/** Speaks to the shell that `REMOTE_SHELL_COMMAND` started. Rejects with INSTALL_FAILED `no-shell`, saying what came instead. */
export async function openRemoteShell(process: ShellProcess, options: RemoteShellOptions): Promise<RemoteSh> {
  const { host, signal, openMs = 60_000 } = options
  const nonce = randomBytes(16).toString('hex')
  let ended: Error | undefined
  let stderr = ''
  let serial = 0
  let turn: Promise<unknown> = Promise.resolve()

  const lost = (): Error =>
    ended ?? appError('SSH_FAILED', { host, reason: 'closed', detail: shortened(stderr) }, `${host} closed the shell.`)
  const fail = (error: Error): void => {
    ended ??= error
    process.destroy()
  }
  const reader = createMarkReader(process, lost)
  const onStderr = (chunk: Buffer | string): void => void (stderr = (stderr + chunk.toString()).slice(-errorBytes))
  const onError = (error: Error): void => fail(closedBy(host, error))
  const onAbort = (): void => fail(signal === undefined ? new Error('aborted') : reasonOf(signal))
  // It must be read, or the channel stands still.
  process.stderr?.on('data', onStderr)
  process.on('error', onError)
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted === true) onAbort()

  /** Fails the shell where `work` takes longer: what it would still answer cannot be told from the next answer. */
  async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
    const timer = setTimeout(
      () => fail(appError('SSH_FAILED', { host, reason: 'timed-out', detail: what }, `${host}: ${what}.`)),
      ms,
    )
    try {
      return await work
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      fail(installFailed(host, 'no-shell', error.message))
      throw lost()
    } finally {
      clearTimeout(timer)
    }
  }

  /** A plain /bin/sh may read ahead of the command it runs (dash before 0.5.13 does); `read` by POSIX may not. */
  const loop = `umask 077; printf "\\n%s:%s\\n" ${nonce} ready; while IFS= read -r l; do eval "$l"; done`
  try {
    process.write(`exec /bin/sh -c '${loop}'\n`)
    await within(openMs, `no answer within ${openMs / 1000} s`, reader.until(`\n${nonce}:ready\n`, greetingBytes))
  } catch (error) {
    throw await noShell(error)
  }

  async function noShell(error: unknown): Promise<unknown> {
    const end = await exitOf(process)
    process.destroy()
    signal?.removeEventListener('abort', onAbort)
    const reason = error instanceof AppError && error.value.code === 'SSH_FAILED' ? error.value.data.reason : undefined
    // The user changed their mind, or the whole connection broke: that is no fault of the shell's.
    if (reason !== 'closed' && reason !== 'timed-out') return error
    const said = shortened(`${reader.noise()}\n${stderr}`)
    const how = reason === 'timed-out' ? 'no answer' : `it ended${end?.code === undefined ? '' : ` with ${end.code}`}`
    return installFailed(host, 'no-shell', said === '' ? how : `${how}: ${said}`)
  }

  /** One script at a time; `feed` gives it its input while the answer is awaited. */
  function ask(script: string, args: readonly string[], { timeoutMs, feed }: Asking): Promise<ScriptEnd> {
    const sent = feed !== undefined
    const answer = turn.then(async () => {
      if (ended !== undefined || process.destroyed) throw lost()
      serial += 1
      const mark = (what: string): string => `printf '\\n%s:%s' ${nonce} ${what}${serial}`
      const body = args.length === 0 ? script : `set -- ${args.map(shQuote).join(' ')}\n${script}`
      const skip = sent ? `while IFS= read -r l && [ "$l" != ${nonce}:next${serial} ]; do :; done` : ':'
      const input = sent ? '' : ' </dev/null'
      process.write(
        `${mark('begin')}; echo; ( ${asOneLine(body)} )${input}; s=$?; ${mark('end')}; echo " $s"; ${skip}\n`,
      )
      const over = new AbortController()
      const answered = collect(serial)
      const timed =
        timeoutMs === undefined
          ? answered
          : within(timeoutMs, `a step took longer than ${timeoutMs / 1000} s`, answered)
      const output = timed.finally(() => over.abort())
      // Where the source fails, the script waits for bytes that never come.
      const fed = feed?.(over.signal).catch((error: unknown) =>
        fail(installFailed(host, 'damaged', error instanceof Error ? error.message : String(error))),
      )
      const end = await output
      await fed
      if (sent) process.write(`\n${nonce}:next${serial}\n`)
      return end
    })
    turn = answer.catch(() => undefined)
    return answer
  }
  async function collect(number: number): Promise<ScriptEnd> {
    await reader.until(`\n${nonce}:begin${number}\n`, outputBytes)
    const stdout = await reader.until(`\n${nonce}:end${number} `, outputBytes)
    const status = await reader.until('\n', 64)
    return { status: Number(status.toString('latin1')), stdout: stdout.toString('utf8') }
  }
  function close(): void {
    signal?.removeEventListener('abort', onAbort)
    process.stderr?.off('data', onStderr)
    process.off('error', onError)
  }

  return {
    run: (script, args = [], { timeoutMs = defaultRunMs } = {}) => ask(script, args, { timeoutMs }),
    send: (script, source, size, args = [], onSent) =>
      ask(script, args, { feed: (over) => pump(source, size, process, over, onSent) }),
    end() {
      signal?.removeEventListener('abort', onAbort)
      ended ??= appError('CANCELLED', {}, 'The shell was ended.')
      process.destroy()
    },
    become(command) {
      process.write(`exec ${command}\n`)
      close()
      ended = appError('CANCELLED', {}, 'The shell was given away.')
      reader.release()
      return process
    },
  }
}

/** How it ended, where that is known soon. */
const exitOf = (process: ShellProcess): Promise<{ code: number | undefined } | void> =>
  Promise.race([process.exited, wait(500)])

interface Asking {
  timeoutMs?: number
  /** Gives the script its input, until the signal says that it has ended. */
  feed?: (over: AbortSignal) => Promise<void>
}

const closedBy = (host: string, error: Error): Error =>
  error instanceof AppError
    ? error
    : appError('SSH_FAILED', { host, reason: 'closed', detail: error.message }, `${host}: ${error.message}.`)
