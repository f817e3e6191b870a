import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { AppError } from '../../../../src/core/kit/app-error.ts'
import { createIntake, pieceBytes, type Intake } from '../../../../src/web/intake.ts'

let server: WebSocketServer
let intake: Intake
const pages: WebSocket[] = []

beforeEach(async () => {
  intake = createIntake({ graceMs: 300, answerMs: 5_000 })
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket) => intake.attach(socket))
  await once(server, 'listening')
})
afterEach(() => {
  for (const page of pages.splice(0)) page.terminate()
  server.close()
})

interface Ask {
  id: number
  token: string
  offset: number
  length: number
}
/** A page over a real socket: announces one file, and answers what it is asked with `answer`. */
async function openPage(
  token: string,
  size: number,
  answer: (ask: Ask, socket: WebSocket) => void,
): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  pages.push(socket)
  socket.on('message', (data: Buffer) => answer(JSON.parse(data.toString()) as Ask, socket))
  await once(socket, 'open')
  socket.send(JSON.stringify({ tokens: [{ token, size, modified: 7 }], gone: [] }))
  return socket
}
function frame(id: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(id)
  return Buffer.concat([head, bytes])
}
const holding =
  (content: Uint8Array) =>
  ({ id, offset, length }: Ask, socket: WebSocket): void =>
    socket.send(frame(id, content.subarray(offset, offset + length)))
const live = new AbortController().signal
const codeOf = (error: unknown): string => (error instanceof AppError ? error.value.code : String(error))

test('ranges arrive exactly, however many are asked at once', async () => {
  const content = randomBytes(3 * pieceBytes + 1234)
  await openPage('a', content.length, holding(content))
  const source = intake.open('a')
  expect(await source.stat()).toEqual({ size: content.length, modified: 7 })
  const whole = await source.read(0, content.length, live)
  expect(Buffer.compare(whole, content)).toBe(0)
  const some = await Promise.all([5, 777, pieceBytes - 1].map((offset) => source.read(offset, 1000, live)))
  expect(some.map((bytes) => Buffer.from(bytes))).toEqual(
    [5, 777, pieceBytes - 1].map((offset) => content.subarray(offset, offset + 1000)),
  )
  expect(await source.read(0, 0, live)).toHaveLength(0)
})

test('never more than the window is under way from one page', async () => {
  const size = 20 * pieceBytes
  const open: Ask[] = []
  let most = 0
  const page = await openPage('a', size, (ask) => {
    open.push(ask)
    most = Math.max(
      most,
      open.reduce((sum, { length }) => sum + length, 0),
    )
  })
  const answering = setInterval(() => {
    const ask = open.shift()
    if (ask !== undefined) page.send(frame(ask.id, new Uint8Array(ask.length)))
  }, 5)
  await intake.open('a').read(0, size, live)
  clearInterval(answering)
  expect(most).toBe(8 * pieceBytes)
})

describe('a file that cannot be read', () => {
  test('nobody announced it', async () => {
    await expect(intake.open('x').read(0, 1, live).catch(codeOf)).resolves.toBe('FILE_DETACHED')
    await expect(intake.open('x').stat().catch(codeOf)).resolves.toBe('FILE_DETACHED')
  })

  test('its page was closed, and is not waited for by each of its files anew', async () => {
    const page = await openPage('a-0', 10, () => page.close())
    await expect(intake.open('a-0').read(0, 10, live).catch(codeOf)).resolves.toBe('FILE_DETACHED')
    const since = performance.now()
    for (let at = 0; at < 100; at += 1)
      await expect(intake.open(`a-${at}`).stat().catch(codeOf)).resolves.toBe('FILE_DETACHED')
    expect(performance.now() - since).toBeLessThan(300)
    // One that comes back, late as it is, goes on.
    await openPage('a-0', 10, holding(randomBytes(10)))
    await expect.poll(() => intake.open('a-0').read(0, 10, live).catch(codeOf)).toHaveLength(10)
    await expect(intake.open('b-0').stat().catch(codeOf)).resolves.toBe('FILE_DETACHED')
  })

  test('its page was closed', async () => {
    const page = await openPage('a', 10, () => page.close())
    await expect(intake.open('a').read(0, 10, live).catch(codeOf)).resolves.toBe('FILE_DETACHED')
  })

  test('the page took it back', async () => {
    const page = await openPage('a', 10, () => undefined)
    page.send(JSON.stringify({ tokens: [], gone: ['a'] }))
    await new Promise((resolve) => setTimeout(resolve, 30))
    await expect(intake.open('a').read(0, 10, live).catch(codeOf)).resolves.toBe('FILE_DETACHED')
  })

  test.each([
    ['changed', 'FILE_CHANGED'],
    ['unreadable', 'FILE_UNREADABLE'],
    ['detached', 'FILE_DETACHED'],
  ])('the page says %s', async (trouble, code) => {
    await openPage('a', 10, ({ id }, socket) => socket.send(JSON.stringify({ id, error: trouble })))
    await expect(intake.open('a').read(0, 10, live).catch(codeOf)).resolves.toBe(code)
  })

  test('fewer bytes than asked for are a change', async () => {
    await openPage('a', 10, ({ id }, socket) => socket.send(frame(id, new Uint8Array(9))))
    await expect(intake.open('a').read(0, 10, live).catch(codeOf)).resolves.toBe('FILE_CHANGED')
  })
})

test('a page that lost its connection and announces the file again goes on', async () => {
  const content = randomBytes(100)
  const first = await openPage('a', 100, () => first.terminate())
  const reading = intake.open('a').read(0, 100, live)
  await once(first, 'close')
  await openPage('a', 100, holding(content))
  expect(Buffer.from(await reading)).toEqual(content)
})

test('a page that does not answer is cut off', async () => {
  intake = createIntake({ graceMs: 100, answerMs: 100 })
  const page = await openPage('a', 100, () => undefined)
  await expect(intake.open('a').read(0, 100, live).catch(codeOf)).resolves.toBe('FILE_DETACHED')
  expect(page.readyState).toBe(WebSocket.CLOSED)
})

test('an announcement may come after the first question', async () => {
  const reading = intake.open('late').read(1, 2, live)
  await openPage('late', 4, holding(Uint8Array.of(1, 2, 3, 4)))
  expect([...(await reading)]).toEqual([2, 3])
})

test('giving up ends the wait; a late answer is ignored', async () => {
  const asked: Ask[] = []
  const page = await openPage('a', 10, (ask) => asked.push(ask))
  const abort = new AbortController()
  const reading = intake.open('a').read(0, 10, abort.signal)
  await expect.poll(() => asked.length).toBe(1)
  abort.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
  page.send(frame(asked[0]?.id ?? 0, new Uint8Array(10)))
  const again = intake.open('a').read(0, 4, live)
  await expect.poll(() => asked.length).toBe(2)
  page.send(frame(asked[1]?.id ?? 0, Uint8Array.of(9, 9, 9, 9)))
  expect([...(await again)]).toEqual([9, 9, 9, 9])
})

test.each(['{', '{"tokens":"all"}', '7', '{"id":-1,"error":"changed"}'])(
  'the bad frame %s ends the connection',
  async (text) => {
    const page = await openPage('a', 1, () => undefined)
    page.send(text)
    const [code] = (await once(page, 'close')) as [number]
    expect(code).toBe(1002)
  },
)
