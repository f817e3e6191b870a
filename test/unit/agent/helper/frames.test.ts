import { PassThrough, Readable } from 'node:stream'
import {
  array,
  assert,
  asyncProperty,
  boolean,
  dictionary,
  integer,
  nat,
  oneof,
  record,
  string,
  uint8Array,
} from 'fast-check'
import { expect, test } from 'vitest'
import { encodeHead, type Frame, MAX_PAYLOAD, readFrames, writeFrame } from '../../../../agent/src/helper/frames.ts'

const cut = (bytes: Buffer, sizes: number[]): Buffer[] => {
  const pieces: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...pieces, bytes.subarray(at)].filter((piece) => piece.length > 0)
}

const read = async (source: Readable): Promise<Frame[]> => {
  const frames: Frame[] = []
  for await (const frame of readFrames(source)) frames.push(frame)
  return frames
}

test('frames come out as they went in, however the stream is cut', async () => {
  const frame = record({
    header: dictionary(string(), oneof(string(), integer(), boolean())),
    payload: uint8Array({ maxLength: 300 }),
  })
  await assert(
    asyncProperty(array(frame, { maxLength: 8 }), array(nat(40), { maxLength: 60 }), async (sent, sizes) => {
      const bytes = sent.flatMap(({ header, payload }) => [encodeHead(header, payload.length), Buffer.from(payload)])
      const frames = await read(Readable.from(cut(Buffer.concat(bytes), sizes), { objectMode: false }))
      expect(frames.map(({ header, payload }) => [{ ...header }, Buffer.from(payload)])).toEqual(
        sent.map(({ header, payload }) => [JSON.parse(JSON.stringify(header)), Buffer.from(payload)]),
      )
    }),
    { numRuns: 100 },
  )
})

test('whatever bytes come, they are frames or the end, never more memory than one frame', async () => {
  await assert(
    asyncProperty(uint8Array({ minLength: 8, maxLength: 200 }), async (bytes) => {
      const outcome = await read(Readable.from([Buffer.from(bytes)], { objectMode: false })).catch(
        (error: Error) => error,
      )
      if (outcome instanceof Error) expect(outcome.message).toMatch(/frame|header/)
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['too long a header', Buffer.from([0x7f, 0, 0, 0, 0, 0, 0, 0])],
  ['too long a payload', Buffer.from([0, 0, 0, 2, 0x7f, 0, 0, 0])],
  ['an end in the middle', encodeHead({ a: 1 }, 5)],
  ['an end in the lengths', Buffer.from([0, 0])],
  ['no JSON', Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from('{')])],
])('%s ends the reading', async (_what, bytes) => {
  await expect(read(Readable.from([bytes], { objectMode: false }))).rejects.toThrow(/frame|header/)
})

test('what the other side would refuse is not sent', async () => {
  const stream = new PassThrough()
  await expect(writeFrame(stream, {}, [Buffer.alloc(MAX_PAYLOAD + 1)])).rejects.toThrow('too long')
  expect(stream.readableLength).toBe(0)
})

test('a frame is written when the other side has room for it, or the stream is destroyed', async () => {
  const stream = new PassThrough({ highWaterMark: 10 })
  let written = false
  const writing = writeFrame(stream, { a: 1 }, [Buffer.alloc(100), Buffer.alloc(100)]).then(() => (written = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(written).toBe(false)
  stream.destroy()
  await writing
})
