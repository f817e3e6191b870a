import { errorValue } from '../../../app/errors.ts'
import type { AppErrorValue } from '../../../../../contract/errors.ts'
import { delayOf, isPassing } from './schedule.ts'
import type { Opened, ViewerSource, ViewerState } from './types.ts'

/** What becomes of one way to the server. */
export interface WayEvents {
  onConnected(): void
  onLost(): void
  onRefused(detail: string): void
}

export interface Connection {
  /** Tries at once, if it is not connected. */
  retry(): void
  close(): void
}

/** Milliseconds from a way that is open to the first picture. */
const handshakePatience = 15_000

/**
 * Keeps a connection: opens a way, and another when that is cut, until it is closed or another try is of no use. A password
 * that is not taken is asked for once more, since it may have been changed while the way was opened.
 */
export function createConnection(options: {
  source: ViewerSource
  /** Begins to speak RFB on a way; returns its end. */
  attach: (opened: Opened, events: WayEvents) => () => void
  onState: (state: ViewerState) => void
}): Connection {
  const { source, attach, onState } = options
  let phase: 'trying' | 'waiting' | 'connected' | 'stopped' | 'closed' = 'trying'
  let attempt = 0
  let wasRefused = false
  let lastError: AppErrorValue | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let opening: AbortController | undefined
  let detach: (() => void) | undefined

  const show = (): void => {
    if (attempt === 0) onState({ kind: 'connecting' })
    else onState({ kind: 'reconnecting', attempt, ...(lastError === undefined ? {} : { error: lastError }) })
  }
  const stop = (state: ViewerState): void => {
    phase = 'stopped'
    onState(state)
  }
  const again = (error?: AppErrorValue): void => {
    attempt += 1
    lastError = error
    phase = 'waiting'
    timer = setTimeout(() => void begin(), delayOf(attempt))
    show()
  }
  const begin = async (): Promise<void> => {
    clearTimeout(timer)
    phase = 'trying'
    show()
    const own = new AbortController()
    opening = own
    let opened: Opened
    try {
      opened = await source.open(own.signal)
    } catch (failure) {
      if (own.signal.aborted) return
      const error = errorValue(failure)
      return isPassing(error) ? again(error) : stop({ kind: 'failed', error })
    }
    if (own.signal.aborted) opened.channel.close()
    else follow(opened)
  }
  const follow = (opened: Opened): void => {
    let over = false
    let end: (() => void) | undefined
    const finish = (then: () => void) => (): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      detach = undefined
      then()
    }
    const lost = finish(() => again())
    timer = setTimeout(() => {
      end?.()
      lost()
    }, handshakePatience)
    detach = () => {
      over = true
      clearTimeout(timer)
      end?.()
    }
    try {
      end = attach(opened, {
        onConnected() {
          if (over) return
          clearTimeout(timer)
          phase = 'connected'
          attempt = 0
          wasRefused = false
          lastError = undefined
          const { name, viewOnly, clipboard } = opened
          onState({ kind: 'connected', name, viewOnly, clipboard })
        },
        onLost: lost,
        onRefused: (detail) =>
          finish(() => {
            if (wasRefused) return stop({ kind: 'refused', detail })
            wasRefused = true
            void begin()
          })(),
      })
    } catch {
      // The channel was closed before anything could be said on it.
      lost()
    }
  }
  const retry = (): void => {
    if (phase !== 'waiting' && phase !== 'stopped') return
    wasRefused = false
    void begin()
  }
  // What ended for good is tried again only where somebody says that it is back.
  const whenWaiting = (): void => {
    if (phase === 'waiting' && document.visibilityState === 'visible') retry()
  }
  const endReady = source.onReady?.(retry)
  window.addEventListener('online', whenWaiting)
  document.addEventListener('visibilitychange', whenWaiting)
  void begin()
  return {
    retry,
    close() {
      if (phase === 'closed') return
      phase = 'closed'
      window.removeEventListener('online', whenWaiting)
      document.removeEventListener('visibilitychange', whenWaiting)
      endReady?.()
      clearTimeout(timer)
      opening?.abort()
      detach?.()
      onState({ kind: 'closed' })
    },
  }
}
