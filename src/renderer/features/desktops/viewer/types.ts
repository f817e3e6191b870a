import type { AppErrorValue } from '../../../../../contract/errors.ts'
import type { ByteChannel } from '../../../boot/byte-channel.ts'

/** A way to an RFB server (RFC 6143) that has just been opened; it is used once. */
export interface Opened {
  channel: ByteChannel
  /** For VncAuth; absent where the server asks for none. */
  password?: string
  /** The server takes no input on this way. */
  viewOnly: boolean
  /** Whether the site lets text pass between the two clipboards. */
  clipboard: boolean
  name: string
}

/** What is shown: a desktop, a virtual machine. */
export interface ViewerSource {
  /** Opens a new way to it; may take as long as its site needs to come back. Rejects with an RpcError. */
  open(signal: AbortSignal): Promise<Opened>
  /** Tells when another try makes sense at once (its site is back, it runs again). Returns the end of the listening. */
  onReady?(listener: () => void): () => void
}

export type ViewerState =
  | { kind: 'connecting' }
  | { kind: 'connected'; name: string; viewOnly: boolean; clipboard: boolean }
  /** The way was cut. `attempt` counts from 1; `error` is why the last one failed, where it is known. */
  | { kind: 'reconnecting'; attempt: number; error?: AppErrorValue }
  /** Does not try again by itself: it has ended, is not there, or may not be seen. */
  | { kind: 'failed'; error: AppErrorValue }
  /** The server did not take the password, twice; what it said. */
  | { kind: 'refused'; detail: string }
  | { kind: 'closed' }

/** How a picture is fitted into the window. */
export type ScaleMode =
  /** All of it, larger or smaller. */
  | 'fit'
  /** Pixel for pixel, scrolled where it is larger. */
  | 'actual'
  /** The desktop takes the size of the window. */
  | 'resize'

export type QualityMode = 'automatic' | 'sharp' | 'balanced' | 'fast' | 'sparing'
