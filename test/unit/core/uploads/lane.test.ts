import { describe, expect, it } from 'vitest'
import { Lane } from '../../../../src/core/uploads/lane.ts'

const MIB = 2 ** 20
const open = new AbortController().signal
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('a lane', () => {
  it('lets in as many as are allowed, first in line first', async () => {
    const lane = new Lane()
    const order: number[] = []
    const enter = (rank: number) =>
      lane.enter(rank, MIB, open).then((leave) => {
        order.push(rank)
        return leave
      })
    const first = [enter(9), enter(9), enter(9)]
    const [leave] = await Promise.all(first)
    const later = [enter(5), enter(2), enter(7)]
    await settle()
    expect(order).toEqual([9, 9, 9])
    leave?.(true)
    const next = await later[1]
    next?.(true)
    await later[0]
    expect(order).toEqual([9, 9, 9, 2, 5])
  })

  it('keeps to its memory, and still takes one chunk that is larger', async () => {
    const lane = new Lane()
    const leave = await lane.enter(1, 100 * MIB, open)
    let second = false
    const waiting = lane.enter(1, MIB, open).then((done) => {
      second = true
      return done
    })
    await settle()
    expect(second).toBe(false)
    leave(true)
    ;(await waiting)(true)
  })

  it('holds everything while the agent wants to be left alone', async () => {
    const lane = new Lane()
    lane.hold(0.15)
    const started = performance.now()
    const leave = await lane.enter(1, 1, open)
    expect(performance.now() - started).toBeGreaterThan(145)
    leave(true)
  })

  it('lets those go who do not want any more', async () => {
    const lane = new Lane()
    const leaves = await Promise.all([1, 2, 3].map((rank) => lane.enter(rank, 1, open)))
    const stop = new AbortController()
    const waiting = lane.enter(1, 1, stop.signal)
    stop.abort(new Error('paused'))
    await expect(waiting).rejects.toThrow('paused')
    for (const leave of leaves) leave(true)
    await lane.enter(4, 1, open)
  })
})
