import type { AppErrorValue } from '../../contract/errors.ts'
import { frameSize, idOf, maxFrame, type ClientFrame, type ServerFrame } from './frames.ts'
import type { Port } from './port.ts'
import { RpcError, type RpcClient, type StreamListener } from './types.ts'

export interface ClientOptions {
  /** Largest frame in characters of JSON. */
  limit?: number
  /** Milliseconds before the n-th try (from 1) to get a new port. */
  delay?: (attempt: number) => number
}

type Timer = ReturnType<typeof setTimeout>

interface Call {
  frame: ClientFrame
  settle(answer: { value: unknown } | { error: AppErrorValue }): void
}
interface Subscription {
  frame: ClientFrame
  listener: StreamListener<unknown, unknown>
  /** Number of the last snapshot or event; undefined while a snapshot is awaited. */
  n: number | undefined
  acknowledged: number
  timer: Timer | undefined
}

/** Up to 5 s, with jitter, so that windows do not all come back at once. */
const backOff = (attempt: number): number => Math.random() * Math.min(5000, 100 * 2 ** attempt)
/** An acknowledgement waits this long for more to acknowledge, or for this many. */
const ackAfter = { ms: 50, frames: 64 }

/**
 * A window's end of the boundary. When its port closes it gets a new one and sends again what waits for an answer, with
 * the ids it had (the server does a change once), and opens its subscriptions anew, each beginning with a snapshot.
 */
export function createClient(connect: () => Promise<Port> | Port, options: ClientOptions = {}): RpcClient {
  const limit = options.limit ?? maxFrame
  const delay = options.delay ?? backOff
  const calls = new Map<string, Call>()
  const subscriptions = new Map<string, Subscription>()
  const watchers = new Set<(state: 'up' | 'down') => void>()
  let port: Port | undefined
  let attempt = 0
  let retry: Timer | undefined
  let closed = false
  let count = 0

  const post = (frame: ClientFrame): void => port?.post(frame)

  async function open(): Promise<void> {
    let next: Port
    try {
      next = await connect()
    } catch {
      return again()
    }
    if (closed) return next.close()
    port = next
    attempt = 0
    next.onMessage((message) => {
      if (port === next) receive(message as ServerFrame)
    })
    next.onClose(() => {
      if (port !== next) return
      port = undefined
      for (const watcher of watchers) watcher('down')
      again()
    })
    for (const { frame } of calls.values()) post(frame)
    for (const subscription of subscriptions.values()) {
      restart(subscription)
      post(subscription.frame)
    }
    for (const watcher of watchers) watcher('up')
  }
  function again(): void {
    if (closed) return
    attempt += 1
    retry = setTimeout(() => void open(), delay(attempt))
  }

  function receive(frame: ServerFrame): void {
    const id = idOf(frame)
    if (id === undefined) return
    if (frame.type === 'value' || frame.type === 'error') {
      const answer = frame.type === 'value' ? { value: frame.value } : { error: frame.error }
      return calls.get(id)?.settle(answer)
    }
    const subscription = subscriptions.get(id)
    if (subscription === undefined) return
    if (frame.type === 'end') {
      drop(id, subscription)
      subscription.listener.error?.(frame.error)
    } else if (frame.type === 'snapshot') {
      subscription.n = frame.n
      acknowledge(id, subscription)
      subscription.listener.snapshot(frame.state)
    } else if (subscription.n !== undefined) {
      if (frame.n !== subscription.n + 1) {
        restart(subscription)
        return post({ type: 'again', id })
      }
      subscription.n = frame.n
      acknowledge(id, subscription)
      subscription.listener.event(frame.event)
    }
  }

  function acknowledge(id: string, subscription: Subscription): void {
    const send = (): void => {
      clearTimeout(subscription.timer)
      subscription.timer = undefined
      if (subscription.n === undefined) return
      subscription.acknowledged = subscription.n
      post({ type: 'ack', id, n: subscription.n })
    }
    if ((subscription.n ?? 0) - subscription.acknowledged >= ackAfter.frames) send()
    else subscription.timer ??= setTimeout(send, ackAfter.ms)
  }
  function restart(subscription: Subscription): void {
    clearTimeout(subscription.timer)
    subscription.timer = undefined
    subscription.n = undefined
    subscription.acknowledged = 0
  }
  function drop(id: string, subscription: Subscription): void {
    clearTimeout(subscription.timer)
    subscriptions.delete(id)
  }

  void open()

  return {
    call(feature, method, input, { signal } = {}) {
      return new Promise((resolve, reject) => {
        const id = crypto.randomUUID()
        const frame: ClientFrame = { type: 'call', id, feature, name: method, input }
        const settle: Call['settle'] = (answer) => {
          calls.delete(id)
          signal?.removeEventListener('abort', onAbort)
          // The server's word for it: its handlers are typed by the same contract.
          if ('value' in answer) resolve(answer.value as never)
          else reject(new RpcError(answer.error))
        }
        const onAbort = (): void => {
          post({ type: 'cancel', id })
          settle({ error: { code: 'CANCELLED', data: {}, message: 'The call was cancelled.' } })
        }
        if (closed) return settle({ error: disconnected })
        if (signal?.aborted === true) return onAbort()
        if (frameSize(frame, limit) > limit) return settle({ error: tooLarge(limit) })
        signal?.addEventListener('abort', onAbort, { once: true })
        calls.set(id, { frame, settle })
        post(frame)
      })
    },
    subscribe(feature, stream, params, listener) {
      count += 1
      const id = `s${count}`
      const frame: ClientFrame = { type: 'open', id, feature, name: stream, input: params }
      const subscription: Subscription = {
        frame,
        listener,
        n: undefined,
        acknowledged: 0,
        timer: undefined,
      }
      subscriptions.set(id, subscription)
      post(frame)
      return () => {
        if (!subscriptions.has(id)) return
        drop(id, subscription)
        post({ type: 'close', id })
      }
    },
    onConnection(listener) {
      watchers.add(listener)
      if (port !== undefined) listener('up')
      return () => watchers.delete(listener)
    },
    close() {
      closed = true
      clearTimeout(retry)
      const last = port
      port = undefined
      for (const [id, subscription] of subscriptions) drop(id, subscription)
      for (const call of calls.values()) call.settle({ error: disconnected })
      last?.close()
    },
  }
}

const disconnected: AppErrorValue = { code: 'DISCONNECTED', data: {}, message: 'Headway was closed.' }
const tooLarge = (limit: number): AppErrorValue => ({
  code: 'FRAME_TOO_LARGE',
  data: { limit },
  message: `A message is larger than ${limit} characters.`,
})
