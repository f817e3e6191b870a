// What every JavaScript host has (Node, a page, a worker) and this layer uses; it sees neither Node's types nor the DOM's.
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
/** A number in a page, an object in Node. */
interface TimerHandle {
  readonly timer?: never
}
declare function setTimeout(callback: () => void, milliseconds: number): TimerHandle
declare function clearTimeout(timer: TimerHandle | undefined): void
declare function queueMicrotask(callback: () => void): void
declare const crypto: { randomUUID(): string }
