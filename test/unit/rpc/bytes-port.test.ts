import { MessageChannel } from 'node:worker_threads'
import {
  anything,
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  oneof,
  record,
  uint8Array,
} from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { bytesOverPort, bytesWindow, type BytesPort } from '../../../src/rpc/bytes-port.ts'
import { portFromMessagePort } from '../../../src/rpc/message-port.ts'
import type { Port } from '../../../src/rpc/port.ts'

/** One side, which writes down what happens to it. `reads`: whether it is done with what comes, at once. */
interface Side {
  bytes: BytesPort
  sent: number[]
  got: number[]
  ends: string[]
  opened: number
  drained: number
  /** Most that came and was not done with. */
  mostUnread: number
  unread: number
  reads: boolean
}

function side(port: Port, window: number, reads: boolean): Side {
  const own: Omit<Side, 'bytes'> = {
    sent: [],
    got: [],
    ends: [],
    opened: 0,
    drained: 0,
    unread: 0,
    mostUnread: 0,
    reads,
  }
  const bytes = bytesOverPort(
    port,
    {
      opened: () => void (whole.opened += 1),
      data(piece) {
        whole.got.push(...piece)
        whole.unread += piece.length
        whole.mostUnread = Math.max(whole.mostUnread, whole.unread)
        if (whole.reads) read(whole)
      },
      drained: () => void (whole.drained += 1),
      ended: (how) => void whole.ends.push(how),
    },
    window,
  )
  const whole: Side = Object.assign(own, { bytes })
  return whole
}
/** Done with everything that came so far. */
function read(one: Side): void {
  const { unread } = one
  one.unread = 0
  if (unread > 0) one.bytes.consumed(unread)
}
function send(one: Side, chunk: Uint8Array): void {
  one.sent.push(...chunk)
  const copy = new Uint8Array(chunk)
  one.bytes.send(copy)
  // Whoever sends may use its memory again.
  copy.fill(0)
}

function pair(window: number, reads = true): { left: Side; right: Side; close: () => void } {
  const { port1, port2 } = new MessageChannel()
  const left = side(portFromMessagePort(port1), window, reads)
  const right = side(portFromMessagePort(port2), window, reads)
  return {
    left,
    right,
    close() {
      port1.close()
      port2.close()
    },
  }
}
/** Until nothing is under way between real ports: several turns of the event loop without a change. */
async function settle(...sides: Side[]): Promise<void> {
  const look = (): string => JSON.stringify(sides.map(({ got, ends, bytes }) => [got.length, ends, bytes.waiting]))
  let before = ''
  for (let calm = 0; calm < 3;) {
    await new Promise((resolve) => setImmediate(resolve))
    const now = look()
    calm = now === before ? calm + 1 : 0
    before = now
  }
}

const windows = integer({ min: 1, max: 64 })
const chunks = array(uint8Array({ minLength: 1, maxLength: 100 }), { maxLength: 20 })

describe('bytes over a port', () => {
  it('arrive whole and in order, however they are cut, and never more unread than the window', async () => {
    await assert(
      asyncProperty(windows, chunks, chunks, async (window, there, back) => {
        const { left, right, close } = pair(window, false)
        left.bytes.accept()
        right.bytes.accept()
        for (let index = 0; index < Math.max(there.length, back.length); index += 1) {
          const [one, other] = [there[index], back[index]]
          if (one !== undefined) send(left, one)
          if (other !== undefined) send(right, other)
          if (index % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
        const all = (): boolean =>
          right.got.length === left.sent.length &&
          left.got.length === right.sent.length &&
          left.opened + right.opened === 2
        await vi.waitUntil(
          () => {
            read(left)
            read(right)
            return all()
          },
          { interval: 0, timeout: 5_000 },
        )
        expect(right.got).toEqual(left.sent)
        expect(left.got).toEqual(right.sent)
        for (const one of [left, right]) {
          expect(one.mostUnread).toBeLessThanOrEqual(window)
          expect(one.ends).toEqual([])
          expect(one.opened).toBe(1)
        }
        close()
      }),
      { numRuns: 60 },
    )
  })

  it('stop at a reader that does not read, and go on when it does', async () => {
    const { left, right, close } = pair(100, false)
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 251)
    // Nothing leaves before the other side takes it.
    send(left, bytes.subarray(0, 10))
    await settle(left, right)
    expect(right.got).toEqual([])
    expect(left.bytes.waiting).toBe(10)
    right.bytes.accept()
    send(left, bytes.subarray(10))
    await settle(left, right)
    expect(right.got).toHaveLength(100)
    expect(left.bytes.waiting).toBe(900)
    expect(left.drained).toBe(0)
    right.reads = true
    read(right)
    await settle(left, right)
    expect(right.got).toEqual([...bytes])
    expect(left).toMatchObject({ drained: 1 })
    expect(left.bytes.waiting).toBe(0)
    close()
  })

  it('say whether something waits', async () => {
    const { left, right, close } = pair(100, false)
    right.bytes.accept()
    await settle(left, right)
    expect(left.bytes.send(new Uint8Array(100))).toBe(true)
    expect(left.bytes.send(new Uint8Array(1))).toBe(false)
    close()
  })

  it('of a part of a larger memory carry that part alone', async () => {
    const { port1, port2 } = new MessageChannel()
    const seen: unknown[] = []
    port2.on('message', (message: unknown) => seen.push(message))
    const bytes = bytesOverPort(portFromMessagePort(port1), { data: () => undefined, ended: () => undefined })
    port2.postMessage({ credit: bytesWindow })
    await new Promise((resolve) => setImmediate(resolve))
    bytes.send(new Uint8Array(10_000).subarray(5, 9))
    await vi.waitUntil(() => seen.length > 0, { timeout: 10_000 })
    const [frame] = seen as { data: Uint8Array }[]
    expect(frame?.data.buffer.byteLength).toBe(4)
    port1.close()
  })
})

describe('the end', () => {
  it('comes after everything that was sent, once, and is told as it was meant', async () => {
    await assert(
      asyncProperty(
        windows,
        chunks,
        constantFrom('ended' as const, 'failed' as const, 'unknown' as const),
        async (window, sent, how) => {
          const { left, right, close } = pair(window)
          right.bytes.accept()
          for (const chunk of sent) send(left, chunk)
          left.bytes.end(how)
          await vi.waitUntil(() => right.ends.length > 0, { interval: 0, timeout: 5_000 })
          await settle(left, right)
          expect(right.got).toEqual(left.sent)
          expect(right.ends).toEqual([how])
          expect(left.ends).toEqual([])
          close()
        },
      ),
      { numRuns: 40 },
    )
  })

  it('may come from either side at any time', async () => {
    const step = record({
      left: boolean(),
      act: constantFrom('send', 'send', 'send', 'read', 'accept', 'end', 'close', 'wait', 'cut'),
      bytes: uint8Array({ minLength: 1, maxLength: 40 }),
    })
    await assert(
      asyncProperty(windows, array(step, { maxLength: 40 }), async (window, steps) => {
        const { left, right, close } = pair(window, false)
        for (const { left: ours, act, bytes } of steps) {
          const one = ours ? left : right
          if (act === 'send') send(one, bytes)
          else if (act === 'read') read(one)
          else if (act === 'accept') one.bytes.accept()
          else if (act === 'end') one.bytes.end('ended')
          else if (act === 'close') one.bytes.close()
          else if (act === 'cut') close()
          else await new Promise((resolve) => setImmediate(resolve))
        }
        left.bytes.close()
        await settle(left, right)
        await vi.waitUntil(() => left.bytes.waiting === 0 && right.bytes.waiting === 0, { timeout: 5_000 })
        for (const [from, to] of [
          [left, right],
          [right, left],
        ] as const) {
          expect(to.got).toEqual(from.sent.slice(0, to.got.length))
          expect(to.ends.length).toBeLessThanOrEqual(1)
          expect(to.mostUnread).toBeLessThanOrEqual(window)
          // Over for good.
          expect(to.bytes.send(Uint8Array.of(1))).toBe(true)
          expect(to.bytes.waiting).toBe(0)
        }
        close()
      }),
      { numRuns: 100 },
    )
  })

  it('is told when the way breaks', async () => {
    const { left, right, close } = pair(100)
    right.bytes.accept()
    await settle(left, right)
    close()
    await vi.waitUntil(() => left.ends.length > 0 && right.ends.length > 0, { timeout: 10_000 })
    expect([left.ends, right.ends]).toEqual([['gone'], ['gone']])
  })

  it('reaches a side that looks later, with everything before it', async () => {
    const { port1, port2 } = new MessageChannel()
    port1.postMessage({ end: 'unknown' })
    port1.close()
    const port = portFromMessagePort(port2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const late = side(port, 100, true)
    await vi.waitUntil(() => late.ends.length > 0, { timeout: 10_000 })
    expect(late.ends).toEqual(['unknown'])
  })
})

const hostile = (): { port: MessageChannel['port1']; ours: Side } => {
  const { port1, port2 } = new MessageChannel()
  return { port: port1, ours: side(portFromMessagePort(port2), 100, false) }
}
const canClone = (value: unknown): boolean => {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

const meanings: unknown[] = ['ended', 'failed', 'unknown']

describe('a side that keeps to no rules', () => {
  it('is cut off when it sends more than it was asked for', async () => {
    const { port, ours } = hostile()
    ours.bytes.accept()
    port.postMessage({ data: new Uint8Array(60) })
    port.postMessage({ data: new Uint8Array(60) })
    await vi.waitUntil(() => ours.ends.length > 0, { timeout: 10_000 })
    expect(ours.ends).toEqual(['failed'])
    expect(ours.got).toHaveLength(60)
  })

  it('is cut off when it takes more than the window', async () => {
    const { port, ours } = hostile()
    port.postMessage({ credit: 100 })
    port.postMessage({ credit: 1 })
    await vi.waitUntil(() => ours.ends.length > 0, { timeout: 10_000 })
    expect(ours.ends).toEqual(['failed'])
  })

  it('is cut off whatever else it sends', async () => {
    const frame = oneof(
      anything().filter(canClone),
      record({ data: oneof(anything().filter(canClone), uint8Array({ maxLength: 0 })) }),
      record({
        credit: anything().filter((value) => canClone(value) && !(Number.isSafeInteger(value) && Number(value) > 0)),
      }),
      record({
        end: anything().filter((value) => canClone(value) && !meanings.includes(value)),
      }),
    )
    await assert(
      asyncProperty(frame, async (message) => {
        const { port, ours } = hostile()
        ours.bytes.accept()
        port.postMessage(message)
        await vi.waitUntil(() => ours.ends.length > 0, { interval: 0, timeout: 5_000 })
        expect(ours.ends).toEqual(['failed'])
      }),
      { numRuns: 200 },
    )
  })
})
