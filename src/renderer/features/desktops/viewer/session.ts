import RFB from '@novnc/novnc'
import { watchedChannel } from './channel.ts'
import type { Levels } from './quality.ts'
import type { Opened } from './types.ts'

export interface SessionEvents {
  onConnected(): void
  /** The way is cut, or never led anywhere. */
  onLost(): void
  /** The server did not take the password; what it said. */
  onRefused(detail: string): void
  onName(name: string): void
  /** The size of the remote screen in its pixels; before the first picture and after every change. */
  onSize(width: number, height: number): void
  /** An update was drawn. */
  onFrame(): void
  onReceived(bytes: number): void
  /** A key or the pointer was sent. */
  onInput(): void
  /** From a fence that was sent to its return, in milliseconds. */
  onRoundTrip(milliseconds: number): void
  /** Text that was copied on the other side. */
  onClipboard(text: string): void
  /** A program of the other side has taken the text that was offered last. */
  onTaken(): void
  /** The size that the remote screen should have, in its pixels; undefined: as it is. */
  wantedSize(): { width: number; height: number } | undefined
}

/** One connection to an RFB server, drawn into an element of the page. */
export interface Session {
  readonly canvas: HTMLCanvasElement
  readonly width: number
  readonly height: number
  /** Whether the server answers fences, so that the round trip can be measured. */
  readonly hasFence: boolean
  /** Whether the server takes another size. */
  readonly resizable: boolean
  /** Whether any Unicode text can be offered to the other side's clipboard. */
  readonly unicodeClipboard: boolean
  /** `code`: of the physical key, as in KeyboardEvent.code, for servers that want it. */
  key(keysym: number, code: string | null, down?: boolean): void
  releaseKeys(): void
  /** Offers a text to the other side's clipboard. */
  offer(text: string): void
  setViewOnly(on: boolean): void
  setLevels(levels: Levels): void
  /** Draws to the size that the element now has. */
  fit(): void
  /** Asks for `wantedSize`, where that is another. */
  resize(): void
  /** While it rests, the server sends no pictures. */
  rest(on: boolean): void
  /** Measures the round trip; nothing where one is under way or the server has no fences. */
  ping(): void
  /** Milliseconds that the measurement under way has taken; 0 where there is none. */
  readonly waiting: number
  close(): void
}

const fenceRequest = 0x80000000
const textFormat = 1
const notifyAction = 1 << 27

/** Bytes of a fence before its payload, type aside. */
const fenceHead = 8

/** Milliseconds that a server may take for another size before it is asked again. */
const resizePatience = 3000

export function createSession(place: HTMLElement, opened: Opened, events: SessionEvents): Session {
  let over = false
  let refused: string | undefined
  let pinged: { payload: string; at: number } | undefined
  let pings = 0
  let resizeTimer: ReturnType<typeof setTimeout> | undefined
  const channel = watchedChannel(opened.channel, {
    received: (bytes) => events.onReceived(bytes),
    input: () => events.onInput(),
    provided: () => events.onTaken(),
  })
  const { password } = opened
  const rfb = new RFB(place, channel, { shared: true, credentials: password === undefined ? {} : { password } })
  const canvas = place.querySelector('canvas')
  const screen = place.firstElementChild
  if (canvas === null || !(screen instanceof HTMLElement)) throw new Error('noVNC drew no canvas')
  // The element has exactly the size of the picture: a fraction of a pixel must not bring scroll bars.
  screen.style.overflow = 'hidden'
  rfb.viewOnly = opened.viewOnly
  rfb.background = 'transparent'
  rfb.focusOnClick = false
  rfb.scaleViewport = true
  rfb.resizeSession = true

  const framebufferUpdate = rfb['_framebufferUpdate'].bind(rfb)
  rfb['_framebufferUpdate'] = () => {
    const whole = framebufferUpdate()
    if (whole) events.onFrame()
    return whole
  }
  // It goes on by itself once a picture is drawn, even where the way was cut meanwhile, and takes that for a fault.
  const handleMessage = rfb['_handleMessage'].bind(rfb)
  rfb['_handleMessage'] = () => {
    if (rfb['_rfbConnectionState'] === 'connected') handleMessage()
  }
  const resized = rfb['_resize'].bind(rfb)
  rfb['_resize'] = (width, height) => {
    resized(width, height)
    events.onSize(width, height)
  }
  // noVNC takes the answer to a fence for a fault, since it never sends one.
  const serverFence = rfb['_handleServerFenceMsg'].bind(rfb)
  rfb['_handleServerFenceMsg'] = () => {
    const socket = rfb['_sock']
    const head = socket.rQlen() < fenceHead ? undefined : socket.rQpeekBytes(fenceHead)
    const length = head?.[7] ?? 0
    if (head === undefined || ((head[3] ?? 0) & 0x80) !== 0 || socket.rQlen() < fenceHead + length) return serverFence()
    socket.rQskipBytes(fenceHead)
    const payload = socket.rQshiftStr(length)
    if (payload === pinged?.payload) {
      events.onRoundTrip(performance.now() - pinged.at)
      pinged = undefined
    }
    return true
  }
  // noVNC asks for the element's size in CSS pixels, and for an element that is hidden, too.
  rfb['_requestRemoteResize'] = () => {
    if (over || rfb.viewOnly || !rfb['_supportsSetDesktopSize'] || rfb['_pendingRemoteResize']) return
    const wanted = events.wantedSize()
    if (wanted === undefined || (wanted.width === rfb['_fbWidth'] && wanted.height === rfb['_fbHeight'])) return
    rfb['_pendingRemoteResize'] = true
    clearTimeout(resizeTimer)
    resizeTimer = setTimeout(() => (rfb['_pendingRemoteResize'] = false), resizePatience)
    const { width, height } = wanted
    RFB.messages.setDesktopSize(rfb['_sock'], width, height, rfb['_screenID'], rfb['_screenFlags'])
  }

  rfb.addEventListener('connect', () => {
    if (!over) events.onConnected()
  })
  rfb.addEventListener('securityfailure', ({ detail }) => (refused = detail.reason ?? ''))
  // It asks for more than was given: a user's name, or a password where there was none.
  rfb.addEventListener('credentialsrequired', ({ detail }) => {
    refused = detail.types.join(', ')
    rfb.disconnect()
  })
  rfb.addEventListener('disconnect', () => {
    clearTimeout(resizeTimer)
    if (over) return
    over = true
    if (refused === undefined) events.onLost()
    else events.onRefused(refused)
  })
  rfb.addEventListener('clipboard', ({ detail }) => events.onClipboard(detail.text))
  rfb.addEventListener('desktopname', ({ detail }) => events.onName(detail.name))

  return {
    canvas,
    get width() {
      return rfb['_fbWidth']
    },
    get height() {
      return rfb['_fbHeight']
    },
    get hasFence() {
      return rfb['_supportsFence']
    },
    get resizable() {
      return rfb['_supportsSetDesktopSize']
    },
    get unicodeClipboard() {
      return (
        rfb['_clipboardServerCapabilitiesFormats'][textFormat] === true &&
        rfb['_clipboardServerCapabilitiesActions'][notifyAction] === true
      )
    },
    key: (keysym, code, down) => rfb.sendKey(keysym, code, down),
    releaseKeys: () => rfb['_keyboard']['_allKeysUp'](),
    offer: (text) => rfb.clipboardPasteFrom(text),
    setViewOnly(on) {
      // Before noVNC takes the keyboard away: later it would tell the server of no release.
      if (on) rfb['_keyboard']['_allKeysUp']()
      rfb.viewOnly = on
    },
    setLevels({ quality, compression }) {
      rfb.qualityLevel = quality
      rfb.compressionLevel = compression
    },
    fit: () => void (rfb.scaleViewport = true),
    resize: () => rfb['_requestRemoteResize'](),
    rest(on) {
      // Without continuous updates the server sends what noVNC asks for after each picture.
      if (on) {
        if (rfb['_enabledContinuousUpdates']) RFB.messages.enableContinuousUpdates(rfb['_sock'], false, 0, 0, 0, 0)
      } else if (!over && rfb['_supportsContinuousUpdates']) {
        rfb['_enabledContinuousUpdates'] = true
        rfb['_updateContinuousUpdates']()
      }
    },
    ping() {
      if (over || pinged !== undefined || !rfb['_supportsFence']) return
      pings += 1
      pinged = { payload: `ping${pings}`, at: performance.now() }
      RFB.messages.clientFence(rfb['_sock'], fenceRequest, pinged.payload)
    },
    get waiting() {
      return pinged === undefined ? 0 : performance.now() - pinged.at
    },
    close() {
      if (over) return
      over = true
      rfb['_keyboard']['_allKeysUp']()
      clearTimeout(resizeTimer)
      rfb.disconnect()
    },
  }
}
