import { terminalScrollback, type Terminal, type TerminalSize } from '../../../contract/terminals.ts'
import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { RemoteShell, SshAccess } from '../ssh/index.ts'
import { createScrollback } from './scrollback.ts'

export interface OpenTerminal {
  /** As windows see it. */
  shown(): Terminal
  /** Resolves once the shell is there; rejects with why it is not. */
  readonly opened: Promise<void>
  /** Resolves when the shell takes more; CONFLICT where it is over, or takes nothing and too much waits already. */
  write(data: string): Promise<void>
  resize(size: TerminalSize): void
  /** What was printed up to now; what comes after it is told to the listeners. */
  printed(): string
  onOutput(listener: (data: string) => void): () => void
  /** Its state changed. */
  onChange(listener: () => void): void
  close(): void
}

/** Milliseconds that output is gathered before it is told. */
const gatherMs = 8
/** UTF-16 units: beyond it the shell is not read until they are told. */
const gatherUnits = 262_144
/** Bytes that may wait for a shell that takes nothing. */
const writeLimit = 1_000_000

/**
 * A shell and what it printed. Windows give no pressure back (a slow one misses events and gets what was printed anew,
 * `rpc/server-stream.ts`), so a shell that floods is read as fast as it prints, `gatherUnits` at a time; memory is bounded by
 * these and by the scrollback.
 */
export function openTerminal(parts: {
  id: string
  site: string
  access: SshAccess
  size: TerminalSize
  signal: AbortSignal
}): OpenTerminal {
  const { id, site, access, signal } = parts
  const startedAt = new Date().toISOString()
  const scrollback = createScrollback(terminalScrollback)
  const output = createEmitter<[string]>()
  const changes = createEmitter<[]>()
  // Streaming: a character split over two packets stays one. A byte order mark is a character like others.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const abort = new AbortController()
  let { size } = parts
  let state: Terminal['state'] = 'opening'
  let end: { exitCode?: number; lost?: true } = {}
  let shell: RemoteShell | undefined
  /** Bytes written while the shell is still being opened. */
  let early = 0
  let gathered = ''
  let timer: NodeJS.Timeout | undefined

  function tell(): void {
    clearTimeout(timer)
    timer = undefined
    const data = gathered
    gathered = ''
    if (data !== '') {
      scrollback.append(data)
      output.emit(data)
    }
    shell?.resume()
  }
  function gather(text: string): void {
    gathered += text
    timer ??= setTimeout(tell, gatherMs)
    if (gathered.length >= gatherUnits) shell?.pause()
  }

  function closed(how: typeof end): void {
    if (state === 'closed') return
    gathered += decoder.decode()
    tell()
    state = 'closed'
    end = how
    changes.emit()
  }

  async function open(): Promise<void> {
    const asked = size
    const mine = await access.shell(asked, AbortSignal.any([signal, abort.signal]))
    // The signal may have come too late to be heeded.
    mine.on('error', () => undefined)
    if (abort.signal.aborted) {
      mine.destroy()
      abort.signal.throwIfAborted()
    }
    shell = mine
    state = 'open'
    mine.on('data', (bytes: Buffer) => gather(decoder.decode(bytes, { stream: true })))
    // A terminal has one output; what comes here all the same must not fill its window.
    mine.stderr.resume()
    mine.once('close', () => {
      void mine.exited.then(({ code }) => closed(code === undefined ? { lost: true } : { exitCode: code }))
    })
    // The shell's end of input would otherwise leave ours open, and `close` would never come.
    mine.once('end', () => mine.end())
    if (size !== asked) mine.resize(size)
    changes.emit()
  }
  const opened = open()

  return {
    opened,
    shown: () => ({ id, site, state, ...end, startedAt }),
    async write(data) {
      const bytes = Buffer.byteLength(data)
      if (state === 'opening') {
        if (early > 0 && early + bytes > writeLimit) throw full()
        early += bytes
        // Continuations run in the order of the writes.
        await opened.finally(() => (early -= bytes))
      }
      if (state !== 'open' || shell === undefined) throw over()
      const waits = shell.writableLength
      if (waits > 0 && waits + bytes > writeLimit) throw full()
      if (!shell.write(data)) await drained(shell)
    },
    resize(wanted) {
      size = wanted
      if (state === 'open') shell?.resize(wanted)
    },
    printed: () => scrollback.text(),
    onOutput: (listener) => output.on(listener),
    onChange: (listener) => void changes.on(listener),
    close() {
      abort.abort(over())
      shell?.destroy()
      closed({})
    },
  }
}

function drained(shell: RemoteShell): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      shell.off('drain', done)
      shell.off('close', done)
      resolve()
    }
    shell.on('drain', done)
    shell.on('close', done)
  })
}

const over = () => appError('CONFLICT', { reason: 'The shell has ended.' }, 'The shell of this terminal has ended.')
const full = () =>
  appError('CONFLICT', { reason: 'The shell does not take its input.' }, 'Too much input waits for the shell already.')
