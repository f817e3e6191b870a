/** A byte stream in the shape of a binary WebSocket: what @novnc/novnc takes in place of an address. */
export interface ByteChannel {
  binaryType: BinaryType
  readonly protocol: string
  /** As a WebSocket's: `connecting`, `open`, `closing`, `closed`, or its numbers. */
  readonly readyState: RTCDataChannelState | number
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  onerror: ((event: Event) => void) | null
  send(data: ArrayBufferView<ArrayBuffer> | ArrayBuffer): void
  close(): void
}
