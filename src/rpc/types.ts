import type { AppErrorValue } from '../../contract/errors.ts'
import type { Feature, Input, Method, Output, Params, Snapshot, Stream, StreamEvent } from '../../contract/app.ts'

/** A call that failed with one of the closed set of errors. */
export class RpcError extends Error {
  readonly value: AppErrorValue
  constructor(value: AppErrorValue) {
    super(value.message)
    this.name = 'RpcError'
    this.value = value
  }
}

export interface StreamListener<S, E> {
  /** The whole state: first, and again after a gap or a new connection. */
  snapshot(state: S): void
  event(event: E): void
  /** The stream ended with an error; it does not start again by itself. */
  error?(error: AppErrorValue): void
}

/** A window's or a terminal's side. `call` rejects with `RpcError`. */
export interface RpcClient {
  call<F extends Feature, M extends Method<F>>(
    feature: F,
    method: M,
    input: Input<F, M>,
    options?: { signal?: AbortSignal },
  ): Promise<Output<F, M>>
  /** Returns the function that ends the subscription. */
  subscribe<F extends Feature, S extends Stream<F>>(
    feature: F,
    stream: S,
    params: Params<F, S>,
    listener: StreamListener<Snapshot<F, S>, StreamEvent<F, S>>,
  ): () => void
  /** `down` while there is no port; waiting changes and subscriptions are sent again on the next one. */
  onConnection(listener: (state: 'up' | 'down') => void): () => void
  close(): void
}

export interface CallContext {
  /** The caller's id of this call; the same where it is sent again, so a change can be recognised even after a restart. */
  id: string
  signal: AbortSignal
}
/** What a stream source may do: give a new snapshot, add an event, or end with an error. */
export interface StreamSink<S, E> {
  snapshot(state: S): void
  event(event: E): void
  fail(error: AppErrorValue): void
}

/** The core's side of one feature; a missing or extra name is a type error. */
export type FeatureHandlers<F extends Feature> = {
  methods: { [M in Method<F>]: (input: Input<F, M>, context: CallContext) => Promise<Output<F, M>> | Output<F, M> }
  /** Starts the stream and returns what ends it. */
  streams: {
    [S in Stream<F>]: (params: Params<F, S>, sink: StreamSink<Snapshot<F, S>, StreamEvent<F, S>>) => () => void
  }
}
export type Handlers = { [F in Feature]: FeatureHandlers<F> }
