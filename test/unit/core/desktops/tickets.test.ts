import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTickets } from '../../../../src/core/desktops/tickets.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const gone = {
  value: expect.objectContaining({ code: 'NOT_FOUND', data: { what: 'desktop', id: 'ticket' } }) as unknown,
}

describe('tickets', () => {
  it('stand for their stream once', () => {
    const tickets = createTickets()
    const [one, other] = [new PassThrough(), new PassThrough()]
    const [first, second] = [tickets.give(one), tickets.give(other)]
    expect(first).not.toBe(second)
    expect(first.length).toBeGreaterThanOrEqual(43)
    expect(tickets.take(second)).toBe(other)
    expect(tickets.take(first)).toBe(one)
    expect(() => tickets.take(first)).toThrow(expect.objectContaining(gone))
    vi.advanceTimersByTime(60_000)
    expect(one.destroyed).toBe(false)
  })

  it('are good for 30 s, and then their stream is closed', () => {
    const tickets = createTickets()
    const stream = new PassThrough()
    const ticket = tickets.give(stream)
    vi.advanceTimersByTime(29_900)
    expect(stream.destroyed).toBe(false)
    vi.advanceTimersByTime(200)
    expect(stream.destroyed).toBe(true)
    expect(() => tickets.take(ticket)).toThrow(expect.objectContaining(gone))
  })

  it('are worth nothing when the stream has ended meanwhile, and an error of it hurts nobody', () => {
    const tickets = createTickets()
    const stream = new PassThrough()
    const ticket = tickets.give(stream)
    stream.destroy(new Error('cut'))
    expect(() => tickets.take(ticket)).toThrow(expect.objectContaining(gone))
    expect(() => tickets.take('made up')).toThrow(expect.objectContaining(gone))
  })

  it('do not pile up', () => {
    const tickets = createTickets()
    const streams = Array.from({ length: 70 }, () => new PassThrough())
    const given = streams.map((stream) => tickets.give(stream))
    expect(streams.filter((stream) => stream.destroyed)).toEqual(streams.slice(0, 6))
    expect(tickets.take(given.at(-1) ?? '')).toBe(streams.at(-1))
    tickets.close()
    expect(streams.filter((stream) => !stream.destroyed)).toEqual([streams.at(-1)])
  })
})
