import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A port in front of a server that says nothing for a while after a connection is made. */
export interface SlowFront {
  port: number
  /** Breaks every connection that stands now. */
  cut(): void
  close(): Promise<void>
}

export async function startSlowFront(target: number, delayMs: number): Promise<SlowFront> {
  const sockets = new Set<Socket>()
  const track = (socket: Socket, other: () => Socket | undefined): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      other()?.destroy()
    })
  }
  const server = createServer((near) => {
    let far: Socket | undefined
    track(near, () => far)
    setTimeout(() => {
      if (near.destroyed) return
      far = connect(target, '127.0.0.1')
      track(far, () => near)
      near.pipe(far).pipe(near)
    }, delayMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
