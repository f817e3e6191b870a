import { describe, expect, it, vi } from 'vitest'
import { searchMarks, terminalThemes } from '../../../../../src/renderer/features/terminals/colours.ts'
import { inputQueue } from '../../../../../src/renderer/features/terminals/input.ts'
import { followOutput } from '../../../../../src/renderer/features/terminals/output.ts'
import { pasted, pastedLines, webAddress } from '../../../../../src/renderer/features/terminals/paste.ts'
import { numbered } from '../../../../../src/renderer/features/terminals/store.ts'
import type { RpcClient, StreamListener } from '../../../../../src/rpc/types.ts'

describe('keys on their way', () => {
  it('go together where they came in one tick, one call after the other', async () => {
    const calls: string[] = []
    let arrive: (() => void) | undefined
    const queue = inputQueue(
      (data) => {
        calls.push(data)
        return new Promise<void>((resolve) => (arrive = resolve))
      },
      () => expect.unreachable(),
    )
    queue.push('a')
    queue.push('b')
    await vi.waitFor(() => expect(calls).toEqual(['ab']))
    queue.push('c')
    queue.push('d')
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(calls).toEqual(['ab'])
    arrive?.()
    await vi.waitFor(() => expect(calls).toEqual(['ab', 'cd']))
  })

  it('are cut where they are many, no character in two', async () => {
    const calls: string[] = []
    const queue = inputQueue(
      (data) => Promise.resolve(calls.push(data)),
      () => expect.unreachable(),
    )
    const text = `x${'😀'.repeat(100_000)}`
    queue.push(text)
    await vi.waitFor(() => expect(calls.join('')).toBe(text))
    expect(calls.length).toBeGreaterThan(1)
    for (const call of calls) expect(call.isWellFormed()).toBe(true)
  })

  it('that cannot be sent are dropped with those behind them, and told', async () => {
    const lost = vi.fn()
    const calls: string[] = []
    const queue = inputQueue((data) => {
      calls.push(data)
      return calls.length === 1 ? Promise.reject(new Error('gone')) : Promise.resolve()
    }, lost)
    queue.push('a')
    await vi.waitFor(() => expect(lost).toHaveBeenCalledTimes(1))
    queue.push('b')
    await vi.waitFor(() => expect(calls).toEqual(['a', 'b']))
  })
})

describe('what is pasted', () => {
  it('holds no key and no end of the paste', () =>
    expect(pasted('ls\u001b[201~\u0003\r\nrm\t-r\u0007')).toBe('ls\nrm\t-r'))
  it('is asked about where it is more than a line', () => {
    expect(pastedLines('ls')).toBe(1)
    expect(pastedLines('ls\n')).toBe(2)
    expect(pastedLines('a\rb\r\nc')).toBe(3)
  })
})

describe('a link', () => {
  it.each([
    ['https://example.com/x', 'https://example.com/x'],
    ['HTTP://Example.com', 'http://example.com/'],
    ['javascript:alert(1)', undefined],
    ['file:///etc/passwd', undefined],
    ['headway://job/1', undefined],
    ['https://known.example@evil.example/', undefined],
    [`https://x/${'a'.repeat(3000)}`, undefined],
  ])('%s leads to %s', (text, url) => expect(webAddress(text)).toBe(url))
})

const shell = (id: string, site: string, startedAt: string) => ({ id, site, startedAt })

describe('numbers of shells', () => {
  it('stay, and a new one gets the smallest that is free at its site', () => {
    const first = numbered(new Map(), [shell('b', 's', '2'), shell('a', 's', '1'), shell('c', 't', '3')])
    expect(Object.fromEntries(first)).toEqual({ a: 1, b: 2, c: 1 })
    expect(Object.fromEntries(numbered(first, [shell('b', 's', '2'), shell('d', 's', '4')]))).toEqual({ b: 2, d: 1 })
  })
})

const follow = (isNew: boolean) => {
  const listeners: StreamListener<{ data: string }, { data: string }>[] = []
  let ended = 0
  const client = {
    subscribe: (_f: string, _s: string, _p: object, listener: (typeof listeners)[number]) => {
      listeners.push(listener)
      return () => (ended += 1)
    },
  } as unknown as RpcClient
  let drawn: (() => void) | undefined
  const screen = {
    pending: 0,
    restart: vi.fn<(data: string, replay: boolean) => void>(),
    write: vi.fn<(data: string) => void>(),
    onDrawn: (listener: () => void) => void (drawn = listener),
  }
  const onError = vi.fn()
  const end = followOutput(client, 't', screen, () => isNew, onError)
  return { listeners, screen, end, onError, drawn: () => drawn?.(), ended: () => ended }
}

describe('what a shell prints', () => {
  it('is answered where the shell is new, and no more where it is only shown again', () => {
    const shown = follow(false)
    shown.listeners[0]?.snapshot({ data: 'old' })
    expect(shown.screen.restart).toHaveBeenCalledWith('old', true)
    const made = follow(true)
    made.listeners[0]?.snapshot({ data: 'new' })
    expect(made.screen.restart).toHaveBeenCalledWith('new', false)
  })

  it('is asked for anew after more came than can be drawn', () => {
    const { listeners, screen, drawn, ended, end } = follow(false)
    screen.pending = 5_000_000
    listeners[0]?.event({ data: 'x' })
    expect(ended()).toBe(1)
    drawn()
    expect(listeners).toHaveLength(1)
    screen.pending = 0
    drawn()
    expect(listeners).toHaveLength(2)
    end()
    drawn()
    expect(listeners).toHaveLength(2)
  })

  it('of a shell that was closed elsewhere is no error', () => {
    const { listeners, onError } = follow(false)
    listeners[0]?.error?.({ code: 'NOT_FOUND', data: { what: 'terminal', id: 't' }, message: '' })
    expect(onError).not.toHaveBeenCalled()
    listeners[0]?.error?.({ code: 'DISCONNECTED', data: {}, message: '' })
    expect(onError).toHaveBeenCalledTimes(1)
  })
})

/** WCAG 2.2, relative luminance. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string): number => {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}
const hues = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const
const bright = ['brightRed', 'brightGreen', 'brightYellow', 'brightBlue', 'brightMagenta', 'brightCyan'] as const

it.each(['light', 'dark'] as const)('the %s colours can be read on their ground, also where it is marked', (scheme) => {
  const theme = terminalThemes[scheme]
  const ground = theme.background ?? ''
  for (const name of ['foreground', 'cursor', 'brightBlack', ...hues, ...bright] as const)
    expect(contrast(theme[name] ?? '', ground), name).toBeGreaterThanOrEqual(4.5)
  for (const mark of [
    theme.selectionBackground ?? '',
    theme.selectionInactiveBackground ?? '',
    searchMarks[scheme].matchBackground,
    searchMarks[scheme].activeMatchBackground,
  ])
    expect(contrast(theme.foreground ?? '', mark), mark).toBeGreaterThanOrEqual(4.5)
})
