import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface ByteProxy {
  url: string
  /** Bytes that went from the core to the agent, and when (ms), since the last `clear`. */
  pieces: { at: number; bytes: number }[]
  clear(): void
  close(): Promise<void>
}

/** Passes everything on, and writes down what goes up. */
export async function startByteProxy(target: string): Promise<ByteProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
    }
    near.on('data', ({ length }: Buffer) => proxy.pieces.push({ at: performance.now(), bytes: length }))
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: ByteProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pieces: [],
    clear() {
      proxy.pieces = []
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

/** The most bytes per second from the first of those until any moment after `ms` milliseconds. */
export function mostSoFar(pieces: ByteProxy['pieces'], ms: number): number {
  const began = pieces[0]?.at ?? 0
  let most = 0
  let sum = 0
  for (const { at, bytes } of pieces) {
    sum += bytes
    if (at - began >= ms) most = Math.max(most, sum / (at - began))
  }
  return most * 1000
}

/** The most bytes per second that went in any `ms` milliseconds of those; a window begins with each piece. */
export function fastest(pieces: ByteProxy['pieces'], ms: number): number {
  let most = 0
  let sum = 0
  let end = 0
  for (const [begin, { at, bytes }] of pieces.entries()) {
    for (let next = pieces[end]; next !== undefined && next.at < at + ms; next = pieces[++end]) sum += next.bytes
    // The last windows are cut short.
    if (end === pieces.length && begin > 0) break
    most = Math.max(most, sum)
    sum -= bytes
  }
  return (most / ms) * 1000
}
