import { describe, expect, it } from 'vitest'
import { Wire } from '../../../../src/core/kit/wire.ts'

const MIB = 2 ** 20
const open = new AbortController().signal
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('the wire', () => {
  it('lets as many leave as the link needs, in their order, and one more may be made ready for each', async () => {
    const wire = new Wire()
    const first = await Promise.all([1, 2, 3, 4].map(() => wire.enter(MIB, open)))
    expect(wire.connections).toBe(4)
    expect(wire.places).toBeGreaterThan(4)
    const order: number[] = []
    const later = [5, 6].map((n) => wire.enter(MIB, open).then((trip) => (order.push(n), trip)))
    await settle()
    expect(order).toEqual([])
    first[2]?.end(true)
    await later[0]
    expect(order).toEqual([5])
    first[0]?.end(false)
    await later[1]
    expect(order).toEqual([5, 6])
    expect(wire.connections).toBe(4)
  })

  it('begins with what is remembered, and halves when a connection breaks', async () => {
    const wire = new Wire({ known: { connections: 16, rate: 16e6 } })
    expect([wire.limit, wire.perConnection, wire.capacity]).toEqual([16, 1e6, 16e6])
    wire.trouble()
    expect(wire.limit).toBe(8)
  })

  it('says when more may be made ready', async () => {
    let more = 0
    const wire = new Wire({ onMore: () => (more += 1) })
    const loop = async () => {
      for (const until = performance.now() + 10_000; wire.limit === 4 && performance.now() < until;) {
        const trip = await wire.enter(MIB, open)
        await new Promise((resolve) => setTimeout(resolve, 20))
        trip.left(0)
        trip.end(true)
      }
    }
    await Promise.all(Array.from({ length: 8 }, loop))
    expect(more).toBeGreaterThan(0)
    expect(wire.limit).toBeGreaterThan(4)
    expect(wire.connections).toBe(0)
  })

  it('holds what is ready while the agent wants to be left alone', async () => {
    const wire = new Wire()
    wire.hold(150)
    const started = performance.now()
    const trip = await wire.enter(MIB, open)
    expect(performance.now() - started).toBeGreaterThan(145)
    trip.end(true)
  })

  it('lets those go who do not want any more, and learns nothing from bodies that are small', async () => {
    const wire = new Wire()
    const trips = await Promise.all([1, 2, 3, 4].map(() => wire.enter(10, open)))
    const stop = new AbortController()
    const waiting = wire.enter(10, stop.signal)
    stop.abort(new Error('paused'))
    await expect(waiting).rejects.toThrow('paused')
    for (const trip of trips) trip.end(true)
    expect(wire.capacity).toBeUndefined()
    await wire.enter(10, open)
    expect(wire.connections).toBe(1)
  })
})
