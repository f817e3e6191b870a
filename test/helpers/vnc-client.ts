import type { Duplex } from 'node:stream'
import { createClipboard, EXTENDED_CLIPBOARD } from './vnc-client/clipboard.ts'
import { handshake, type Credentials } from './vnc-client/handshake.ts'
import { createScreen } from './vnc-client/screen.ts'

export { passwordFile } from './vnc-client/auth.ts'

export interface VncOptions extends Credentials {
  /** A fresh connection to an RFB server: a socket, a channel of ssh, whatever has two ends. */
  stream: Duplex
}

/** A viewer without a window (RFC 6143): raw pixels in memory, keys, the pointer, sizes and the clipboard. */
export interface VncClient {
  /** The desktop's size and name as they are now. */
  readonly width: number
  readonly height: number
  readonly name: string
  /** As of the last update: `#rrggbb`. */
  pixel(x: number, y: number): string
  /** Asks for the whole screen and waits for it. */
  update(): Promise<void>
  /** Asks for the screen again and again until `check` is content. Fails with `what` after `timeoutMs` (10 s). */
  until(what: string, check: () => boolean, timeoutMs?: number): Promise<void>
  /** By keysym; Unicode above U+00FF is 0x01000000 and the code point. */
  key(keysym: number, down: boolean): void
  /** Each character pressed and released; `\n` is Return. */
  type(text: string): void
  /** Bit 0 of `buttons` is the left one, 2 the right one. */
  pointer(x: number, y: number, buttons?: number): void
  /** The status that the server answers with: 0 is done, 1 forbidden, 2 out of resources, 3 no such layout. */
  setDesktopSize(width: number, height: number): Promise<number>
  /** Offers a text to the server's clipboard, in UTF-8 where the server can. */
  sendText(text: string): void
  /** What the server's clipboard held since the start, oldest first. */
  readonly texts: readonly string[]
  /** How often the server rang. */
  readonly bells: number
  /** Resolves once the connection is over, with why where something went wrong. */
  readonly closed: Promise<Error | undefined>
  close(): void
}

const RAW = 0
const COPY_RECT = 1
const DESKTOP_SIZE = -223
/** The pointer's shape; a client that does not ask for it gets it drawn into the picture. */
const CURSOR = -239
const DESKTOP_NAME = -307
const EXTENDED_DESKTOP_SIZE = -308
const ENCODINGS = [RAW, COPY_RECT, CURSOR, DESKTOP_SIZE, DESKTOP_NAME, EXTENDED_DESKTOP_SIZE, EXTENDED_CLIPBOARD]

/** 32 bits a pixel, little-endian, true colour: blue, green, red, nothing. */
const PIXEL_FORMAT = Buffer.from([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0])

/** Numbers of two and four bytes on the wire. */
const short = (value: number) => [value >> 8, value & 255]
const long = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]

/** Enters a server and shares the desktop with whoever else shows it. Fails with the server's words, closing the stream. */
export async function connectVnc({ stream: plain, ...credentials }: VncOptions): Promise<VncClient> {
  try {
    return await enter(plain, credentials)
  } catch (error) {
    plain.destroy()
    throw error
  }
}

async function enter(plain: Duplex, credentials: Credentials): Promise<VncClient> {
  const [stream, bytes] = await handshake(plain, credentials)
  const send = (message: Buffer | readonly number[]): void => void stream.write(Buffer.from(message))
  send([1])
  const [width, height] = [await bytes.u16(), await bytes.u16()]
  await bytes.read(16)
  let name = await bytes.text()
  const screen = createScreen(width, height)
  const clipboard = createClipboard(send)
  let bells = 0
  let screenId = 0
  let waiting: (() => void)[] = []
  const sized: ((status: number) => void)[] = []
  let closing = false

  const ask = (incremental: boolean): void =>
    send([3, incremental ? 1 : 0, 0, 0, 0, 0, ...short(screen.width), ...short(screen.height)])

  /** Takes one in; true where it holds pixels. */
  async function rectangle(): Promise<boolean> {
    const [x, y, columns, rows] = [await bytes.u16(), await bytes.u16(), await bytes.u16(), await bytes.u16()]
    const encoding = (await bytes.read(4)).readInt32BE()
    switch (encoding) {
      case RAW:
        screen.draw(x, y, columns, await bytes.read(columns * rows * 4))
        return true
      case COPY_RECT:
        screen.copy(await bytes.u16(), await bytes.u16(), x, y, columns, rows)
        return true
      case CURSOR:
        await bytes.read(columns * rows * 4 + Math.ceil(columns / 8) * rows)
        return false
      case DESKTOP_NAME:
        name = await bytes.text()
        return false
      case DESKTOP_SIZE:
        screen.resize(columns, rows)
        return false
      case EXTENDED_DESKTOP_SIZE: {
        const count = await bytes.u8()
        await bytes.read(3)
        const screens = await bytes.read(16 * count)
        if (screens.length > 0) screenId = screens.readUInt32BE()
        // x: who wanted it (1 is this client), y: how it went.
        if (y === 0 && (columns !== screen.width || rows !== screen.height)) screen.resize(columns, rows)
        if (x === 1) sized.shift()?.(y)
        return false
      }
      default:
        throw new Error(`The server sends an encoding nobody asked for: ${encoding}.`)
    }
  }

  async function message(): Promise<void> {
    const type = await bytes.u8()
    switch (type) {
      case 0: {
        await bytes.read(1)
        let drawn = false
        for (let left = await bytes.u16(); left > 0; left--) drawn = (await rectangle()) || drawn
        // Sizes and names come in updates of their own, and use up the request: the picture is yet to come then.
        if (!drawn) {
          if (waiting.length > 0) ask(true)
          return
        }
        const told = waiting
        waiting = []
        for (const each of told) each()
        return
      }
      case 2:
        bells++
        return
      case 3: {
        await bytes.read(3)
        const length = (await bytes.read(4)).readInt32BE()
        clipboard.take(length, await bytes.read(Math.abs(length)))
        return
      }
      default:
        throw new Error(`The server sends a message nobody asked for: ${type}.`)
    }
  }

  async function listen(): Promise<Error | undefined> {
    try {
      for (;;) await message()
    } catch (error) {
      stream.destroy()
      return closing ? undefined : (error as Error)
    }
  }

  send(PIXEL_FORMAT)
  send([2, 0, ...short(ENCODINGS.length), ...ENCODINGS.flatMap(long)])
  const closed = listen()
  const over = closed.then((error) => {
    throw error ?? new Error('The connection is closed.')
  })
  over.catch(() => undefined)
  const updated = (): Promise<void> => new Promise((resolve) => void waiting.push(resolve))

  async function update(): Promise<void> {
    for (let size = ''; size !== `${screen.width}x${screen.height}`;) {
      size = `${screen.width}x${screen.height}`
      ask(false)
      await Promise.race([updated(), over])
    }
  }
  const key = (keysym: number, down: boolean): void => send([4, down ? 1 : 0, 0, 0, ...long(keysym)])

  return {
    get width() {
      return screen.width
    },
    get height() {
      return screen.height
    },
    get name() {
      return name
    },
    get bells() {
      return bells
    },
    texts: clipboard.received,
    closed,
    pixel: (x, y) => screen.pixel(x, y),
    update,
    async until(what, check, timeoutMs = 10_000) {
      for (const end = Date.now() + timeoutMs; ;) {
        await update()
        if (check()) return
        if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms.`)
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
    },
    key,
    type(text) {
      for (const character of text) {
        const point = character.codePointAt(0) ?? 0
        const keysym = character === '\n' ? 0xff0d : point < 0x100 ? point : 0x01000000 + point
        key(keysym, true)
        key(keysym, false)
      }
    },
    pointer: (x, y, buttons = 0) => send([5, buttons, ...short(x), ...short(y)]),
    async setDesktopSize(width, height) {
      const answer = new Promise<number>((resolve) => void sized.push(resolve))
      const whole = [...short(width), ...short(height)]
      send([251, 0, ...whole, 1, 0, ...long(screenId), 0, 0, 0, 0, ...whole, 0, 0, 0, 0])
      ask(true)
      return Promise.race([answer, over])
    },
    sendText: (text) => clipboard.offer(text),
    close() {
      closing = true
      stream.destroy()
    },
  }
}
