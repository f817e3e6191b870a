import type { Feature, Params, Snapshot, Stream, StreamEvent } from '../../contract/app.ts'
import { RpcError, type RpcClient } from '../rpc/types.ts'

/** The first snapshot of a stream. */
export function first<F extends Feature, S extends Stream<F>>(
  rpc: RpcClient,
  feature: F,
  stream: S,
  params: Params<F, S>,
): Promise<Snapshot<F, S>> {
  return until(rpc, feature, stream, params, { snapshot: (state) => state })
}

/** Follows a stream until one of the handlers returns something other than undefined, and gives that; one that throws ends it too. */
export function until<F extends Feature, S extends Stream<F>, T>(
  rpc: RpcClient,
  feature: F,
  stream: S,
  params: Params<F, S>,
  handle: { snapshot(state: Snapshot<F, S>): T | undefined; event?(event: StreamEvent<F, S>): T | undefined },
  signal?: AbortSignal,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let over = false
    const finish = (act: () => void): void => {
      if (over) return
      over = true
      // The first snapshot may arrive before subscribe has returned.
      queueMicrotask(() => end())
      act()
    }
    const take = (look: () => T | undefined): void => {
      try {
        const value = look()
        if (value !== undefined) finish(() => resolve(value))
      } catch (error) {
        finish(() => reject(error instanceof Error ? error : new Error(String(error))))
      }
    }
    const end = rpc.subscribe(feature, stream, params, {
      snapshot: (state) => take(() => handle.snapshot(state)),
      event: (event) => take(() => handle.event?.(event)),
      error: (error) => finish(() => reject(new RpcError(error))),
    })
    const interrupt = (): void =>
      finish(() => reject(new RpcError({ code: 'CANCELLED', data: {}, message: 'Interrupted.' })))
    // It may have come while the way here was still being made.
    if (signal?.aborted === true) interrupt()
    else signal?.addEventListener('abort', interrupt, { once: true })
  })
}
