import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** Bytes that may wait for a slow viewer before the X server is read no further. */
const MOST_WAITING = 262_144

/**
 * Carries bytes both ways between a viewer and an X server, each no faster than the other takes them. `over` is called once,
 * when either has ended: `server` where the X server closed.
 */
export function pipeBytes(viewer: WebSocket, server: Socket, over: (who: 'server' | 'viewer') => void): void {
  let isOver = false
  const end = (who: 'server' | 'viewer') => {
    if (isOver) return
    isOver = true
    if (who === 'viewer') server.destroy()
    over(who)
  }

  server.on('data', (bytes: Buffer) => {
    viewer.send(bytes, { binary: true }, () => {
      if (server.isPaused() && viewer.bufferedAmount < MOST_WAITING / 2) server.resume()
    })
    if (viewer.bufferedAmount >= MOST_WAITING) server.pause()
  })
  viewer.on('message', (data, isBinary) => {
    // RFB has no texts; and `ws` gives one Buffer unless its binaryType asks for another.
    if (!isBinary || !Buffer.isBuffer(data) || server.destroyed) return
    if (!server.write(data)) viewer.pause()
  })
  server.on('drain', () => viewer.resume())
  server.once('close', () => {
    // One that is paused would never hear the other side close.
    viewer.resume()
    end('server')
  })
  viewer.once('close', () => end('viewer'))
  viewer.once('error', () => end('viewer'))
  if (server.destroyed) end('server')
}
