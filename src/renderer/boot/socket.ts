/** An address of this server with `ws:` for `http:` and `wss:` for `https:`. */
export function webSocketUrl(path: string): string {
  const url = new URL(path, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  return url.href
}

/** Opens a WebSocket; rejects when it closes before it opened. */
export function openSocket(path: string, protocols: string[]): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(webSocketUrl(path), protocols)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => resolve(socket), { once: true })
    socket.addEventListener('close', () => reject(new Error(`${path} closed`)), { once: true })
  })
}
