import { describe, expect, it } from 'vitest'
import type { UploadOrder } from '../../../../contract/settings.ts'
import { Lane, type LaneFile } from '../../../../src/core/uploads/lane.ts'

const MIB = 2 ** 20
const open = new AbortController().signal
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))
const file = (rank: number, change: Partial<LaneFile> = {}): LaneFile => ({
  rank,
  size: MIB,
  sent: 0,
  limit: 0,
  ...change,
})

/** Takes every place that there is. */
async function fill(lane: Lane, of: LaneFile): Promise<(() => void)[]> {
  return Promise.all(Array.from({ length: lane.wire.places }, () => lane.enter(of, 1, open)))
}

/** The order in which those who ask get in, one place at a time. */
async function turns(lane: Lane, files: LaneFile[]): Promise<LaneFile[]> {
  const places = await fill(lane, file(-1))
  const order: LaneFile[] = []
  const asked = files.map(async (one) => {
    const leave = await lane.enter(one, 1, open)
    order.push(one)
    return leave
  })
  for (const leave of places) {
    leave()
    await settle()
  }
  for (const asking of asked) {
    const leave = await asking
    leave()
    await settle()
  }
  return order
}

describe('a lane', () => {
  it('lets in as many as are allowed, first in line first', async () => {
    const lane = new Lane()
    const places = await fill(lane, file(9))
    const order: number[] = []
    const later = [5, 2, 7].map(async (rank) => {
      const leave = await lane.enter(file(rank), MIB, open)
      order.push(rank)
      return leave
    })
    await settle()
    expect(order).toEqual([])
    places[0]?.()
    await settle()
    expect(order).toEqual([2])
    places[1]?.()
    await settle()
    expect(order).toEqual([2, 5])
    places[2]?.()
    await Promise.all(later)
  })

  it('keeps to its memory, and still takes one body that is larger', async () => {
    const lane = new Lane()
    const leave = await lane.enter(file(1), 100 * MIB, open)
    let second = false
    const waiting = lane.enter(file(1), MIB, open).then((done) => {
      second = true
      return done
    })
    await settle()
    expect(second).toBe(false)
    leave()
    ;(await waiting)()
  })

  it('holds everything while the agent wants to be left alone', async () => {
    const lane = new Lane()
    lane.hold(0.15)
    const started = performance.now()
    const leave = await lane.enter(file(1), 1, open)
    expect(performance.now() - started).toBeGreaterThan(145)
    leave()
    lane.close()
  })

  it('lets those go who do not want any more', async () => {
    const lane = new Lane()
    const places = await fill(lane, file(1))
    const stop = new AbortController()
    const waiting = lane.enter(file(1), 1, stop.signal)
    stop.abort(new Error('paused'))
    await expect(waiting).rejects.toThrow('paused')
    for (const leave of places) leave()
    await lane.enter(file(4), 1, open)
  })
})

describe('the order in a lane', () => {
  it('may be that of the smallest rest', async () => {
    const large = file(1, { size: 100 * MIB })
    const begun = file(2, { size: 100 * MIB, sent: 99 * MIB })
    const small = file(3, { size: 2 * MIB })
    const order = await turns(new Lane({ order: () => 'smallest' }), [large, begun, small])
    expect(order).toEqual([begun, small, large])
  })

  it('may give each file the same share of places', async () => {
    const [a, b, c] = [file(1), file(2), file(3)]
    const lane = new Lane({ order: () => 'even' })
    const order = await turns(lane, [a, a, a, b, b, c])
    expect(order).toEqual([a, b, c, a, b, a])
    expect(await turns(new Lane(), [a, b, a])).toEqual([a, a, b])
  })

  it('is followed when it is changed', async () => {
    let order: UploadOrder = 'added'
    const lane = new Lane({ order: () => order })
    const [early, small] = [file(1, { size: 9 * MIB }), file(2)]
    const places = await fill(lane, file(0))
    const got: LaneFile[] = []
    for (const one of [early, small]) void lane.enter(one, 1, open).then(() => got.push(one))
    order = 'smallest'
    places[0]?.()
    await settle()
    expect(got).toEqual([small])
  })
})

describe('a file with a limit of its own', () => {
  it('takes no place from others, and gets in where they fill all', async () => {
    const lane = new Lane({ isHeldBack: () => true })
    const slow = file(1, { limit: 1000 })
    await lane.enter(slow, MIB, open)
    await lane.enter(slow, MIB, open)
    const places = await fill(lane, file(2))
    expect(places).toHaveLength(lane.wire.places)
    await lane.enter(file(3, { limit: 1000 }), MIB, open)
  })

  it('gets two places while its limit is what holds it back, and more where it is not', async () => {
    let heldBack = true
    const lane = new Lane({ isHeldBack: () => heldBack })
    const slow = file(1, { limit: 1000 })
    const leave = await lane.enter(slow, 1, open)
    await lane.enter(slow, 1, open)
    let third = false
    void lane.enter(slow, 1, open).then(() => (third = true))
    await settle()
    expect(third).toBe(false)
    heldBack = false
    lane.look()
    await settle()
    expect(third).toBe(true)
    leave()
  })
})
