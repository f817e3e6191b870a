import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'

/** What becomes of a chunk on its way. `cut`: the connection breaks in its middle. */
export type Fate = 'pass' | 'flip-bit' | 'cut' | { status: number; headers?: Record<string, string>; body: unknown }

export interface ChunkProxy {
  url: string
  /** Indexes of the chunks that went by, in order, when (ms), and in which form. */
  chunks: { index: number; at: number; headers: IncomingHttpHeaders }[]
  /** Bytes of chunks that went by. */
  bytes: number
  /** Decides about each chunk; the default lets all pass. */
  fate: (index: number, headers: IncomingHttpHeaders) => Fate
  /** Requests other than chunks, as `METHOD /path`. */
  others: string[]
  /** Decides about these, by the same text; the default lets all pass. */
  otherFate: (request: string) => Fate
  /** Sees every request before it goes on. */
  watch: (incoming: IncomingMessage, outgoing: ServerResponse) => void
  /** Breaks every connection and refuses new ones, as a lost network does. */
  down(): void
  up(): void
  close(): Promise<void>
}

/** A plain HTTP proxy between core and agent that can damage, cut and refuse chunks. */
export async function startChunkProxy(target: () => string): Promise<ChunkProxy> {
  const sockets = new Set<Socket>()
  let isDown = false
  const server = createServer((incoming, outgoing) => handle(incoming, outgoing))
  server.on('connection', (socket) => {
    if (isDown) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })

  function handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    proxy.watch(incoming, outgoing)
    const chunk = /\/chunks\/(\d+)$/.exec(incoming.url ?? '')
    let fate: Fate = 'pass'
    if (chunk?.[1] === undefined) {
      const request = `${incoming.method} ${incoming.url}`
      proxy.others.push(request)
      fate = proxy.otherFate(request)
    } else {
      incoming.on('data', ({ length }: Buffer) => (proxy.bytes += length))
      const { headers } = incoming
      proxy.chunks.push({ index: Number(chunk[1]), at: performance.now(), headers })
      fate = proxy.fate(Number(chunk[1]), headers)
    }
    if (typeof fate === 'object') {
      incoming.resume()
      const { status, headers, body } = fate
      incoming.on('end', () => {
        outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
      })
      return
    }
    const onward = request(
      target() + incoming.url,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    if (fate === 'pass') incoming.pipe(onward)
    else if (fate === 'flip-bit') incoming.pipe(flipBit()).pipe(onward)
    else incoming.once('data', () => incoming.socket.destroy())
  }

  server.on('upgrade', (incoming, socket: Socket, head) => {
    const { hostname, port } = new URL(target())
    const onward = connect(Number(port), hostname, () => {
      const headers = incoming.rawHeaders.flatMap((value, at, all) =>
        at % 2 === 0 ? [`${value}: ${all[at + 1]}`] : [],
      )
      onward.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
      onward.write(head)
      socket.pipe(onward).pipe(socket)
    })
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: ChunkProxy = {
    url: `http://127.0.0.1:${port}`,
    chunks: [],
    bytes: 0,
    others: [],
    otherFate: () => 'pass',
    fate: () => 'pass',
    watch: () => undefined,
    down() {
      isDown = true
      for (const socket of sockets) socket.destroy()
    },
    up() {
      isDown = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return proxy
}

/** Turns over one bit somewhere behind the beginning. */
function flipBit(): Transform {
  let done = false
  return new Transform({
    transform(piece: Buffer, _encoding, next) {
      const copy = Buffer.from(piece)
      const at = Math.min(100, copy.length - 1)
      if (!done && at >= 0) {
        copy[at] = (copy[at] ?? 0) ^ 4
        done = true
      }
      next(null, copy)
    },
  })
}
