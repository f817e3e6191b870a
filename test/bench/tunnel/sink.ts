import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/**
 * What the tunnels lead to, in a process of its own. The first byte of a connection says what it is for: `u` counts what
 * comes and answers with the number of bytes at the end, `d` and a number up to a line feed sends so many, `e` echoes.
 */
const PIECE = Buffer.alloc(256 * 1024, 7)

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.once('data', (first: Buffer) => {
    const rest = first.subarray(1)
    if (first[0] === 0x75) count(socket, rest.length)
    else if (first[0] === 0x64) send(socket, Number(rest.toString()))
    else {
      socket.write(rest)
      socket.pipe(socket)
    }
  })
})

function count(socket: Socket, already: number): void {
  let bytes = already
  socket.on('data', (piece: Buffer) => (bytes += piece.length)).once('end', () => socket.end(String(bytes)))
}

function send(socket: Socket, bytes: number): void {
  let left = bytes
  const more = (): void => {
    while (left > 0) {
      const piece = PIECE.subarray(0, Math.min(left, PIECE.length))
      left -= piece.length
      if (!socket.write(piece)) return
    }
    socket.off('drain', more).end()
  }
  socket.on('drain', more).resume()
  more()
}

server.listen(Number(process.argv[3] ?? 0), process.argv[2] ?? '127.0.0.1', () =>
  console.log((server.address() as AddressInfo).port),
)
process.once('disconnect', () => process.exit(0))
