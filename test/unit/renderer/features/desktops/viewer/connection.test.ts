import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppErrorValue } from '../../../../../../contract/errors.ts'
import { RpcError } from '../../../../../../src/rpc/types.ts'
import type { ByteChannel } from '../../../../../../src/renderer/boot/byte-channel.ts'
import { createConnection, type WayEvents } from '../../../../../../src/renderer/features/desktops/viewer/connection.ts'
import { delayOf, isPassing } from '../../../../../../src/renderer/features/desktops/viewer/schedule.ts'
import type { Opened, ViewerState } from '../../../../../../src/renderer/features/desktops/viewer/types.ts'

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', page)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const offline: AppErrorValue = { code: 'OFFLINE', data: { site: 'hpc' }, message: 'offline' }
const notReady: AppErrorValue = {
  code: 'DESKTOP_UNREACHABLE',
  data: { host: 'n1', reason: 'not-ready', detail: '' },
  message: 'not ready',
}

function connected() {
  const states: ViewerState[] = []
  const ways: (WayEvents & { ended: boolean })[] = []
  const listeners = new Set<() => void>()
  const all = { opens: 0, closed: 0, error: undefined as AppErrorValue | undefined, hang: false }
  const connection = createConnection({
    source: {
      open: async (signal): Promise<Opened> => {
        all.opens += 1
        if (all.hang)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
        if (all.error !== undefined) throw new RpcError(all.error)
        const channel = { close: () => (all.closed += 1) } as unknown as ByteChannel
        return { channel, viewOnly: false, clipboard: true, name: 'wing' }
      },
      onReady: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    attach: (_, events) => {
      const way = { ...events, ended: false }
      ways.push(way)
      return () => void (way.ended = true)
    },
    onState: (state) => states.push(state),
  })
  return {
    states,
    ways,
    listeners,
    all,
    connection,
    last: () => states.at(-1),
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  }
}

describe('connection', () => {
  it('connects, and again half a second after a cut', async () => {
    const { ways, all, last, pass } = connected()
    expect(last()).toEqual({ kind: 'connecting' })
    await pass(0)
    ways[0]?.onConnected()
    expect(last()).toMatchObject({ kind: 'connected', name: 'wing' })
    ways[0]?.onLost()
    expect(last()).toEqual({ kind: 'reconnecting', attempt: 1 })
    await pass(499)
    expect(all.opens).toBe(1)
    await pass(1)
    expect(all.opens).toBe(2)
    ways[1]?.onConnected()
    expect(last()?.kind).toBe('connected')
  })

  it('tries more and more seldom, never less than every 5 s, and says why', async () => {
    expect([1, 2, 3, 4, 5, 50].map(delayOf)).toEqual([500, 1000, 2000, 4000, 5000, 5000])
    const { all, last, pass } = connected()
    all.error = offline
    await pass(0)
    // The first way was opened before the site went.
    await pass(15_000)
    await pass(20_000)
    expect(last()).toMatchObject({ kind: 'reconnecting', error: offline })
    expect(all.opens).toBeGreaterThanOrEqual(6)
    expect(all.opens).toBeLessThanOrEqual(11)
  })

  it('tries at once when the line, the window or the site is back', async () => {
    const { ways, all, listeners, pass } = connected()
    await pass(0)
    for (const wake of [
      () => window.dispatchEvent(new Event('online')),
      () => page.dispatchEvent(new Event('visibilitychange')),
      () => listeners.forEach((listener) => listener()),
    ]) {
      ways.at(-1)?.onConnected()
      ways.at(-1)?.onLost()
      const before = all.opens
      wake()
      await pass(0)
      expect(all.opens).toBe(before + 1)
    }
  })

  it('stops where the desktop has ended, until its site says that it is there again', async () => {
    const { ways, all, last, listeners, pass } = connected()
    await pass(0)
    ways[0]?.onConnected()
    all.error = notReady
    ways[0]?.onLost()
    await pass(600)
    expect(last()).toEqual({ kind: 'failed', error: notReady })
    const before = all.opens
    window.dispatchEvent(new Event('online'))
    await pass(60_000)
    expect(all.opens).toBe(before)
    all.error = undefined
    listeners.forEach((listener) => listener())
    await pass(0)
    expect(all.opens).toBe(before + 1)
  })

  it('asks for the password once more, then gives up', async () => {
    const { ways, all, last, pass, connection } = connected()
    await pass(0)
    ways[0]?.onRefused('no')
    await pass(0)
    expect(all.opens).toBe(2)
    ways[1]?.onRefused('Too many security failures')
    expect(last()).toEqual({ kind: 'refused', detail: 'Too many security failures' })
    await pass(60_000)
    expect(all.opens).toBe(2)
    connection.retry()
    await pass(0)
    expect(all.opens).toBe(3)
  })

  it('takes a server that says nothing for a cut', async () => {
    const { ways, last, pass } = connected()
    await pass(0)
    await pass(15_000)
    expect(ways[0]?.ended).toBe(true)
    expect(last()).toMatchObject({ kind: 'reconnecting', attempt: 1 })
  })

  it('ends with all that it began', async () => {
    const { ways, all, last, listeners, connection, pass } = connected()
    await pass(0)
    ways[0]?.onConnected()
    connection.close()
    expect(ways[0]?.ended).toBe(true)
    expect(last()).toEqual({ kind: 'closed' })
    expect(listeners.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    window.dispatchEvent(new Event('online'))
    ways[0]?.onLost()
    await pass(60_000)
    expect(all.opens).toBe(1)
  })

  it('ends while a way is being opened', async () => {
    const { all, connection, last, pass } = connected()
    all.hang = true
    connection.close()
    await pass(60_000)
    expect(last()).toEqual({ kind: 'closed' })
  })
})

describe('isPassing', () => {
  it('knows what comes back by itself', () => {
    expect([offline, notReady].map(isPassing)).toEqual([true, false])
    expect(isPassing({ code: 'FORBIDDEN', data: { permission: 'x' }, message: '' })).toBe(false)
    expect(isPassing({ code: 'AGENT', data: { status: 502, message: '' }, message: '' })).toBe(true)
    expect(isPassing({ code: 'AGENT', data: { status: 409, message: '' }, message: '' })).toBe(false)
  })
})
