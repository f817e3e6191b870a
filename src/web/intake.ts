import type { WebSocket } from 'ws'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { appError, type AppError } from '../core/kit/app-error.ts'
import type { UploadSource } from '../core/platform.ts'

/**
 * Bytes of files that a page holds (docs/adr/0006). On `/intake` the page says which files it has; the core asks for
 * ranges, the page answers. Asking is the flow control: never more than `windowBytes` are under way from one page.
 *
 * Page → host: `{tokens: [{token, size, modified}], gone: [token]}`, `{id, error}`, or a binary frame: the id as four
 * bytes (big endian), then the bytes. Host → page: `{id, token, offset, length}`.
 */
export interface Intake {
  /** A page's connection, already authenticated. */
  attach(socket: WebSocket): void
  open(token: string): UploadSource
}

const Announcement = Type.Object({
  tokens: Type.Array(
    Type.Object({ token: Type.String(), size: Type.Integer({ minimum: 0 }), modified: Type.Number() }),
  ),
  gone: Type.Array(Type.String()),
})
const Trouble = Type.Object({
  id: Type.Integer({ minimum: 0 }),
  error: Type.Union([Type.Literal('detached'), Type.Literal('unreadable'), Type.Literal('changed')]),
})

/** The largest answer of a page that is taken: one piece and its id. */
export const pieceBytes = 4 * 1024 * 1024
const windowBytes = 8 * pieceBytes
/** So long a page that did not come is not waited for again: its thousands of files would each wait anew. */
const missedMs = 60_000

interface Pull {
  token: string
  length: number
  settle(outcome: Uint8Array | AppError | 'lost'): void
}
interface Page {
  socket: WebSocket
  /** Once it has announced a file. */
  name?: string
  files: Map<string, { size: number; modified: number }>
  pulls: Map<number, Pull>
  inFlight: number
  waiting: (() => void)[]
}

/** Pages name their files `<page>-<number>`. */
const pageOf = (token: string): string => token.replace(/-\d+$/, '')

const detached = (token: string): AppError =>
  appError('FILE_DETACHED', { name: token }, 'The page that held this file is gone. Pick the file again.')
const changed = (token: string): AppError =>
  appError('FILE_CHANGED', { name: token }, 'The file changed while it was uploaded.')
const unreadable = (token: string): AppError =>
  appError(
    'FILE_UNREADABLE',
    { name: token, reason: 'the browser could not read it' },
    'The browser could not read the file.',
  )
const troubles = { detached, changed, unreadable }

/**
 * `graceMs`: how long a file may be unannounced before it counts as detached, so that a page that reconnects (or whose
 * announcement comes after its first call) is not taken for one that was closed. `answerMs`: how long a page may take
 * for one range.
 */
export function createIntake(options: { graceMs?: number; answerMs?: number } = {}): Intake {
  const { graceMs = 10_000, answerMs = 60_000 } = options
  const pages = new Set<Page>()
  const arrivals = new Set<() => void>()
  /** Since when pages are waited for that are not here, by name; ms since 1970. */
  const missed = new Map<string, number>()
  let nextId = 1

  const holder = (token: string): Page | undefined => {
    for (const page of pages) if (page.files.has(token)) return page
    return undefined
  }

  function deadlineFor(token: string): number {
    const now = Date.now()
    const name = pageOf(token)
    // It is here: the announcement is on its way.
    for (const page of pages) if (page.name === name) return now + graceMs
    const since = missed.get(name)
    if (since !== undefined && now < since + graceMs + missedMs) return since + graceMs
    missed.set(name, now)
    return now + graceMs
  }

  /** The page that holds the file, now or within the grace. */
  async function waitForHolder(token: string, signal?: AbortSignal): Promise<Page> {
    const deadline = deadlineFor(token)
    for (;;) {
      signal?.throwIfAborted()
      const page = holder(token)
      if (page !== undefined) return page
      const left = deadline - Date.now()
      if (left <= 0) throw detached(token)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          arrivals.delete(wake)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, left)
        arrivals.add(wake)
        signal?.addEventListener('abort', wake, { once: true })
      })
    }
  }

  /** One range from one page; `lost` when its connection ends first. */
  function pull(
    page: Page,
    token: string,
    offset: number,
    length: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | 'lost'> {
    return new Promise((resolve, reject) => {
      const id = nextId
      nextId = nextId >= 0xffff_ffff ? 1 : nextId + 1
      const finish = (act: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        page.pulls.delete(id)
        page.inFlight -= length
        for (const wake of page.waiting.splice(0)) wake()
        act()
      }
      const onAbort = (): void => finish(() => reject(signal.reason))
      // A page that does not answer is as good as gone; when it lives it connects again and announces its files anew.
      const timer = setTimeout(() => page.socket.terminate(), answerMs)
      page.inFlight += length
      page.pulls.set(id, {
        token,
        length,
        settle: (outcome) =>
          finish(() => (outcome === 'lost' || outcome instanceof Uint8Array ? resolve(outcome) : reject(outcome))),
      })
      signal.addEventListener('abort', onAbort, { once: true })
      page.socket.send(JSON.stringify({ id, token, offset, length }))
    })
  }

  async function piece(token: string, offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      const page = await waitForHolder(token, signal)
      if (page.inFlight > 0 && page.inFlight + length > windowBytes) {
        await new Promise<void>((resolve) => page.waiting.push(resolve))
        continue
      }
      const bytes = await pull(page, token, offset, length, signal)
      if (bytes !== 'lost') return bytes
    }
  }

  function onText(page: Page, text: string): void {
    const message: unknown = JSON.parse(text)
    if (Value.Check(Announcement, message)) {
      for (const { token, size, modified } of message.tokens) page.files.set(token, { size, modified })
      const [first] = message.tokens
      if (first !== undefined) missed.delete((page.name ??= pageOf(first.token)))
      for (const token of message.gone) page.files.delete(token)
      for (const wake of arrivals) wake()
    } else if (Value.Check(Trouble, message)) {
      const asked = page.pulls.get(message.id)
      asked?.settle(troubles[message.error](asked.token))
    } else throw new Error('unknown message')
  }

  function onBytes(page: Page, frame: Buffer): void {
    if (frame.length < 4) throw new Error('short frame')
    const asked = page.pulls.get(frame.readUInt32BE(0))
    // An answer to what was given up meanwhile.
    if (asked === undefined) return
    const bytes = frame.subarray(4)
    if (bytes.length === asked.length) asked.settle(bytes)
    else asked.settle(changed(asked.token))
  }

  return {
    attach(socket) {
      const page: Page = { socket, files: new Map(), pulls: new Map(), inFlight: 0, waiting: [] }
      pages.add(page)
      socket.on('message', (data: Buffer, binary) => {
        try {
          if (binary) onBytes(page, data)
          else onText(page, data.toString('utf8'))
        } catch {
          socket.close(1002, 'bad frame')
        }
      })
      socket.on('close', () => {
        pages.delete(page)
        for (const asked of page.pulls.values()) asked.settle('lost')
        for (const wake of page.waiting.splice(0)) wake()
      })
    },
    open: (token) => ({
      async read(offset, length, signal) {
        const whole = new Uint8Array(length)
        const starts = Array.from({ length: Math.ceil(length / pieceBytes) }, (_, index) => index * pieceBytes)
        await Promise.all(
          starts.map(async (start) => {
            whole.set(await piece(token, offset + start, Math.min(pieceBytes, length - start), signal), start)
          }),
        )
        return whole
      },
      async stat() {
        const page = await waitForHolder(token)
        const file = page.files.get(token)
        if (file === undefined) throw detached(token)
        return file
      },
      async close() {},
    }),
  }
}
