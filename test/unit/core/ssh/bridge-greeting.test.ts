import { duplexPair, type Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { serveBridge } from '../../../../agent/src/bridge/index.ts'
import { BRIDGE_GREETING } from '../../../../contract/agent/start.ts'
import { openBridge } from '../../../../src/core/ssh/bridge.ts'

/** What the head node's shell sends in these pieces, then the bridge. */
function afterPieces(...pieces: (string | Buffer)[]): Duplex {
  const [near, far] = duplexPair()
  for (const piece of pieces) far.write(piece)
  void serveBridge(far)
  return near
}

/** A shell that prints this and ends. */
function onlyPrints(text: string | Buffer): Duplex {
  const [near, far] = duplexPair()
  far.end(text)
  return near
}

const failed = (detail: string) => ({
  value: { code: 'SSH_FAILED', data: { host: 'head', reason: 'closed', detail } },
})

test.each([
  ['at once', [BRIDGE_GREETING]],
  ['after a message of the day', ['Welcome!\n\n  * 3 updates\n', BRIDGE_GREETING]],
  ['behind noise without a line end', [`module: loading gcc${BRIDGE_GREETING}`]],
  ['letter by letter', `noise\n${BRIDGE_GREETING}`.split('')],
  ['behind 64 KiB of noise', [Buffer.alloc(64 * 1024, 'x'), BRIDGE_GREETING]],
])('finds the greeting %s', async (_case, pieces) => {
  const bridge = await openBridge(afterPieces(...pieces))
  expect(await bridge.ping()).toBeGreaterThan(0)
  bridge.close()
  await bridge.closed
})

test('keeps what came behind the greeting in the same chunk', async () => {
  const [near, far] = duplexPair()
  const [carrier, server] = duplexPair()
  void serveBridge(server)
  const first = await new Promise<Buffer>((resolve) => carrier.once('data', resolve))
  far.write(Buffer.concat([Buffer.from(BRIDGE_GREETING), first]))
  carrier.pipe(far).pipe(carrier)
  const bridge = await openBridge(near)
  expect(await bridge.ping()).toBeGreaterThan(0)
  bridge.close()
})

test('says what came instead', async () => {
  const noise = 'Last login: never\n\x1b[31mbash: headway-agent: command not found\x1b[0m\r\n\n'
  const opening = openBridge(onlyPrints(noise), { host: 'head' })
  await expect(opening).rejects.toMatchObject(failed('bash: headway-agent: command not found'))
})

test('cuts what came instead to 200 characters', async () => {
  const opening = openBridge(onlyPrints('y'.repeat(5000)), { host: 'head' })
  await expect(opening).rejects.toMatchObject(failed('y'.repeat(200)))
})

test('gives up on more than 64 KiB of noise, and ends the stream', async () => {
  const carrier = afterPieces(Buffer.alloc(66 * 1024, 'x'), BRIDGE_GREETING)
  await expect(openBridge(carrier, { host: 'head' })).rejects.toMatchObject(failed('x'.repeat(200)))
  expect(carrier.destroyed).toBe(true)
})

test('gives up on silence', async () => {
  const [near] = duplexPair()
  const opening = openBridge(near, { host: 'head', greetingTimeoutMs: 30 })
  await expect(opening).rejects.toMatchObject(failed(''))
  expect(near.destroyed).toBe(true)
})

test('gives up when it is told to', async () => {
  const [near] = duplexPair()
  const stop = new AbortController()
  const opening = openBridge(near, { signal: stop.signal })
  stop.abort(new Error('the user left'))
  await expect(opening).rejects.toThrow('the user left')
  expect(near.destroyed).toBe(true)
  const [other] = duplexPair()
  await expect(openBridge(other, { signal: stop.signal })).rejects.toThrow('the user left')
})

test('a stream that fails is as one that ends', async () => {
  const [near] = duplexPair()
  const opening = openBridge(near, { host: 'head' })
  near.destroy(new Error('read ECONNRESET'))
  await expect(opening).rejects.toMatchObject(failed('read ECONNRESET'))
})
