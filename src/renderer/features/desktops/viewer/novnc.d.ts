/**
 * @novnc/novnc 1.7.0 as the viewer uses it: its documented interface, and of its inside what that does not offer (fences, the
 * size it asks for, the count of updates). All use of the inside is in session.ts; a test sees that the names are still there.
 */
declare module '@novnc/novnc' {
  import type { ByteChannel } from '../../../boot/byte-channel.ts'

  interface Socket {
    rQlen(): number
    rQskipBytes(count: number): void
    rQpeekBytes(count: number): Uint8Array
    rQshiftStr(length: number): string
  }

  interface Events {
    connect: CustomEvent<Record<string, never>>
    disconnect: CustomEvent<{ clean: boolean }>
    securityfailure: CustomEvent<{ status: number; reason?: string }>
    credentialsrequired: CustomEvent<{ types: string[] }>
    clipboard: CustomEvent<{ text: string }>
    desktopname: CustomEvent<{ name: string }>
    bell: CustomEvent<Record<string, never>>
  }

  export default class RFB {
    constructor(
      target: HTMLElement,
      channel: ByteChannel,
      options?: { shared?: boolean; credentials?: { password?: string } },
    )
    addEventListener<T extends keyof Events>(type: T, listener: (event: Events[T]) => void): void
    viewOnly: boolean
    focusOnClick: boolean
    scaleViewport: boolean
    resizeSession: boolean
    background: string
    /** 0 (least) … 9 */
    qualityLevel: number
    /** 0 (none) … 9 */
    compressionLevel: number
    disconnect(): void
    sendKey(keysym: number, code: string | null, down?: boolean): void
    clipboardPasteFrom(text: string): void

    static messages: {
      clientFence(socket: Socket, flags: number, payload: string): void
      setDesktopSize(socket: Socket, width: number, height: number, id: number, flags: number): void
      enableContinuousUpdates(socket: Socket, on: boolean, x: number, y: number, width: number, height: number): void
    }

    _sock: Socket
    _keyboard: { _allKeysUp(): void }
    _fbWidth: number
    _fbHeight: number
    _screenID: number
    _screenFlags: number
    _rfbConnectionState: string
    _supportsFence: boolean
    _supportsSetDesktopSize: boolean
    _pendingRemoteResize: boolean
    _supportsContinuousUpdates: boolean
    _enabledContinuousUpdates: boolean
    _clipboardServerCapabilitiesFormats: Record<number, boolean>
    _clipboardServerCapabilitiesActions: Record<number, boolean>
    _updateContinuousUpdates(): void
    _requestRemoteResize(): void
    _framebufferUpdate(): boolean
    _handleMessage(): void
    _handleServerFenceMsg(): boolean
    _resize(width: number, height: number): void
  }
}
