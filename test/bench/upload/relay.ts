import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'

/** Passes connections on and counts what goes to the far end. */
export interface Relay extends AsyncDisposable {
  url: string
  /** Bytes so far. */
  passed(): number
}

export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target)
  let passed = 0
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    near.on('data', ({ length }) => (passed += length))
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: () => passed,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}
