import { answerRange, HeldFile, type RangeRequest } from './held-files.ts'
import type { FromWorker, HeldEntry, ToWorker } from './intake-talk.ts'
import { openSocket } from './socket.ts'

/** Files in one announcement: a message must stay well under what the host takes at once. */
const filesPerMessage = 2_000

const files = new Map<string, HeldFile>()
/** Files that the page was asked to open. */
const asked = new Map<string, { resolve: (file: File) => void; reject: (error: DOMException) => void }>()
let socket: WebSocket | undefined

const ask = (message: FromWorker): void => postMessage(message)

function openInPage(token: string): Promise<File> {
  return new Promise((resolve, reject) => {
    asked.set(token, { resolve, reject })
    ask({ open: token })
  })
}

/** Tells the core of files; after a cut it is told of all of them. */
function announce(tokens: readonly string[]): void {
  if (socket === undefined) return
  const told = tokens.flatMap((token) => {
    const held = files.get(token)
    return held === undefined ? [] : [{ token, size: held.size, modified: held.modified }]
  })
  for (let from = 0; from < told.length; from += filesPerMessage)
    socket.send(JSON.stringify({ tokens: told.slice(from, from + filesPerMessage), gone: [] }))
}

function hold(entries: readonly HeldEntry[]): void {
  for (const { token, ...entry } of entries) files.set(token, new HeldFile({ ...entry, open: () => openInPage(token) }))
  announce(entries.map(({ token }) => token))
}

/** Answers what the core asks for on a connection until it ends. */
function serve(open: WebSocket): Promise<void> {
  const answer = async (request: RangeRequest): Promise<void> => {
    const frame = await answerRange(files, request, (token) => announce([token]))
    if (open.readyState === WebSocket.OPEN) open.send(frame)
  }
  socket = open
  announce([...files.keys()])
  return new Promise((resolve) => {
    const closed = (): void => {
      socket = undefined
      resolve()
    }
    open.addEventListener('close', closed, { once: true })
    open.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') void answer(JSON.parse(data) as RangeRequest)
    })
  })
}

/** Keeps the connection on which the core asks for ranges, and opens it again after a cut. */
async function keepOpen(protocols: string[]): Promise<void> {
  for (let failures = 0; ;) {
    try {
      const open = await openSocket('/intake', protocols)
      failures = 0
      await serve(open)
    } catch {
      failures += 1
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 200 * 2 ** failures)))
  }
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if ('protocols' in data) void keepOpen(data.protocols)
  else if ('held' in data) hold(data.held)
  else if ('opened' in data) {
    asked.get(data.opened)?.resolve(data.file)
    asked.delete(data.opened)
  } else {
    asked.get(data.failed)?.reject(new DOMException('', data.name))
    asked.delete(data.failed)
  }
})
