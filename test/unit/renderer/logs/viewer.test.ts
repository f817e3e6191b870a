import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../../../../src/rpc/client.ts'
import { memoryPortPair } from '../../../../src/rpc/memory-port.ts'
import { createServer } from '../../../../src/rpc/server.ts'
import type { FeatureHandlers, Handlers, RpcClient, StreamSink } from '../../../../src/rpc/types.ts'
import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import { createSearch } from '../../../../src/renderer/features/logs/search.ts'
import { createViewer, type Viewer } from '../../../../src/renderer/features/logs/viewer.ts'
import { until } from '../../../helpers/core.ts'

const page = 256 * 1024
/** A file that is there only by what is asked of it: line n of `size` bytes in all. */
const width = 100
const lineOf = (n: number) => `${`line ${n}`.padEnd(width - 1, '.')}\n`
function contents(from: number, to: number): Buffer {
  const first = Math.floor(from / width)
  let text = ''
  for (let n = first; n * width < to; n += 1) text += lineOf(n)
  return Buffer.from(text).subarray(from - first * width, to - first * width)
}

let size: number
let faults: unknown[]
let sink: StreamSink<Snapshot<'logs', 'follow'>, StreamEvent<'logs', 'follow'>>
let reads: number[]
let rpc: RpcClient
let viewer: Viewer
let end: () => void

const logs: FeatureHandlers<'logs'> = {
  methods: {
    files: () => ({ files: [], more: false }),
    read({ offset, length }) {
      reads.push(offset)
      const start = Math.min(offset, size)
      const bytes = contents(start, Math.min(size, start + length)).toString('base64')
      return { bytes, start, size, version: 'a' }
    },
    // Every ten-thousandth line holds it.
    search({ from, direction, limit }) {
      const step = 10_000 * width
      const at = direction === 'forward' ? Math.ceil(from / step) * step : (Math.ceil(from / step) - 1) * step
      const done = at < 0 || at >= size
      if (limit === 1) return { matches: done ? [] : [{ at, text: 'x' }], next: at, done, size }
      return {
        matches: done ? [] : [{ at, text: 'x' }],
        next: Math.min(size, at + step),
        done: at + step >= size,
        size,
      }
    },
  },
  streams: {
    follow(_, given) {
      sink = given
      snapshot()
      return () => undefined
    },
  },
}
function snapshot(complete = false) {
  const start = Math.max(0, size - page)
  sink.snapshot({ bytes: contents(start, size).toString('base64'), start, end: size, complete, version: 'a' })
}
function write(bytes: number) {
  const before = size
  size += bytes
  sink.event({ bytes: contents(before, size).toString('base64'), end: size, complete: false })
}

beforeEach(async () => {
  size = 10e9
  reads = []
  faults = []
  rpc = createClient(() => {
    const [ours, theirs] = memoryPortPair()
    createServer({ logs } as unknown as Handlers, { onFault: ({ error }) => void faults.push(error) }).serve(theirs)
    return ours
  })
  viewer = createViewer(rpc, { site: 's', id: '1' })
  end = viewer.open()
  await until('the end', () => viewer.state.size !== undefined)
})
afterEach(() => {
  end()
  rpc.close()
  expect(faults).toEqual([])
})
const first = () => viewer.state.window.lines[0]?.text
const last = () => viewer.state.window.lines.at(-1)?.text

describe('a log of 10 GB', () => {
  it('begins at its end, follows, and holds a bounded part', async () => {
    expect(last()).toBe(lineOf(size / width - 1).trim())
    for (let round = 0; round < 30; round += 1) {
      write(width * 4000)
      await until('it is shown', () => viewer.state.window.end === size)
    }
    expect(last()).toBe(lineOf(size / width - 1).trim())
    const { start, end: to } = viewer.state.window
    expect(to - start).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(viewer.state).toMatchObject({ following: true, unseen: 0, pouring: true })
    expect(reads).toEqual([])
  })

  it('is jumped into anywhere, and read on in both directions', async () => {
    viewer.jump(5e9)
    await until('the middle', () => viewer.state.window.start < 5e9 && viewer.state.window.end > 5e9)
    expect(viewer.state).toMatchObject({ following: false, target: { at: 5e9 } })
    expect(viewer.state.window.firstNumber).toBeUndefined()
    const { start, end: to } = viewer.state.window
    viewer.more('before')
    await until('before', () => viewer.state.window.start < start)
    viewer.more('behind')
    await until('behind', () => viewer.state.window.end > to)
    const numbers = viewer.state.window.lines.map(({ text }) => Number(/\d+/.exec(text)?.[0]))
    expect(numbers.every((number, index) => number === (numbers[0] ?? 0) + index)).toBe(true)
    viewer.jump(0)
    await until('the start', () => first() === lineOf(0).trim())
    expect(viewer.state.window.firstNumber).toBe(1)
    for (let round = 0; round < 25; round += 1) {
      const before = viewer.state.window.end
      viewer.more('behind')
      await until('more', () => viewer.state.window.end > before)
    }
    const { window } = viewer.state
    expect(window.end - window.start).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect((window.firstNumber ?? 0) - 1).toBe(window.start / width)
  })

  it('counts what comes while it is paused, and goes back to the end at once', async () => {
    viewer.setFollowing(false)
    write(width * 100)
    write(width * 32)
    await until('they are counted', () => viewer.state.unseen === 132)
    viewer.jump(1e9)
    await until('elsewhere', () => viewer.state.window.end < 2e9)
    write(width * 5)
    await until('they are counted too', () => viewer.state.unseen === 137)
    // A new connection's snapshot tells some of them again, and others for the first time.
    size += width * 3
    snapshot()
    await until('the new ones', () => viewer.state.unseen === 140)
    expect(viewer.state.missed).toBe(false)
    size += 40_000 * width
    snapshot()
    await until('that not all were counted', () => viewer.state.missed)
    const asked = reads.length
    viewer.toEnd()
    expect(last()).toBe(lineOf(size / width - 1).trim())
    expect(viewer.state).toMatchObject({ following: true, unseen: 0 })
    expect(reads).toHaveLength(asked)
  })

  it('is read on from a jump near the end without doubling what comes meanwhile', async () => {
    viewer.jump(size - 3 * page)
    await until('near the end', () => viewer.state.window.end < size)
    write(width * 10)
    for (let round = 0; round < 6 && !viewer.isAtEnd; round += 1) {
      const before = viewer.state.window.end
      viewer.more('behind')
      await until('more', () => viewer.state.window.end > before)
    }
    write(width * 10)
    await until('the end', () => viewer.state.window.end === size)
    const numbers = viewer.state.window.lines.map(({ text }) => Number(/\d+/.exec(text)?.[0]))
    expect(numbers.every((number, index) => number === (numbers[0] ?? 0) + index)).toBe(true)
  })

  it('says that the file was started over, and shows the new one', async () => {
    size = 200
    snapshot()
    await until('the new file', () => viewer.state.startedOver)
    expect(viewer.state.window).toMatchObject({ start: 0, end: 200, firstNumber: 1 })
  })

  it('keeps line numbers of a file that was read from its start, whatever pours', async () => {
    size = 1000
    snapshot()
    await until('the small file', () => viewer.state.window.end === 1000)
    write(width * 9000)
    await until('it is shown', () => viewer.state.window.end === size)
    const { window } = viewer.state
    expect((window.firstNumber ?? 0) - 1).toBe(window.start / width)
  })
})

describe('a search', () => {
  it('goes to the nearest match at once, while the others are counted', async () => {
    const search = createSearch(rpc, { site: 's', id: '1' })
    search.start({ text: 'x', regex: false, caseSensitive: false, encoding: 'utf-8' })
    expect(await search.go('backward', 5e9 + 5)).toBe(5e9)
    expect(await search.go('forward', 5e9 + 5)).toBe(5e9 + 1e6)
    expect(await search.go('backward', 0)).toBeUndefined()
    expect(search.state).toMatchObject({ none: 'backward', looking: false })
    await until('all are counted', () => search.state.done || search.state.capped)
    expect(search.state.places).toHaveLength(10_000)
    search.close()
  })
})
