import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { Channel, HelperLost } from '../../../../agent/src/helper/channel.ts'
import { writeFrame } from '../../../../agent/src/helper/frames.ts'
import { PROTOCOL } from '../../../../agent/src/helper/protocol.ts'
import { type Handler, serve } from '../../../../agent/src/helper/serve.ts'
import { Turns } from '../../../../agent/src/helper/turns.ts'
import { Failure } from '../../../../agent/src/kit/failure.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** Both ends in this process, over two pipes. */
async function connect(handlers: Record<string, Handler>) {
  const input = new PassThrough()
  const output = new PassThrough()
  const reasons: string[] = []
  const channel = new Channel(output, input, (reason) => void reasons.push(reason))
  ends.push(() => channel.end('the test is over'))
  await writeFrame(output, { hello: PROTOCOL, user: 'kim', uid: 1000, area: '/home/kim/.headway' })
  // When the agent lets go of it, its input ends in mid-stream.
  serve({ input, output }, new Map(Object.entries(handlers)), () => {}).catch(() => {})
  await channel.hello
  return { channel, output, reasons }
}

test('many calls at once get each their own answer, long ones in parts', async () => {
  const { channel } = await connect({
    echo: async ({ header, payload }) => {
      for (let wait = Number(header['wait']); wait > 0; wait--) await turn()
      return { header: { number: header['number'] }, payload: Buffer.concat([payload, payload, payload]) }
    },
  })
  await Promise.all(
    Array.from({ length: 100 }, async (_, number) => {
      const payload = [Buffer.alloc(number * 9000, number)]
      const answer = await channel.call('echo', { number, wait: (number * 7) % 11 }, { payload })
      expect(answer.header['number']).toBe(number)
      expect(answer.payload.equals(Buffer.alloc(number * 27_000, number))).toBe(true)
    }),
  )
  expect(channel.calls).toBe(0)
})

test('errors come over as what they are', async () => {
  const { channel } = await connect({
    refuse: async () => {
      throw new Failure('NAME_REFUSED', 'No.', { details: { reason: 'traversal' } })
    },
    fail: async () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    },
  })
  await expect(channel.call('refuse', {})).rejects.toMatchObject({
    code: 'NAME_REFUSED',
    details: { reason: 'traversal' },
  })
  await expect(channel.call('fail', {})).rejects.toMatchObject({ code: 'ENOSPC' })
  await expect(channel.call('fail', {})).rejects.not.toBeInstanceOf(Failure)
  await expect(channel.call('unheard', {})).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

test('a call is called off on the other side, and answers with why', async () => {
  let stopped: unknown
  const { channel } = await connect({
    wait: (_frame, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          stopped = signal.reason
          reject(new Error('stopped'))
        }),
      ),
  })
  const stop = new AbortController()
  const call = channel.call('wait', {}, { signal: stop.signal })
  await turn()
  stop.abort(new Error('nobody waits'))
  await expect(call).rejects.toThrow('nobody waits')
  expect(stopped).toBeInstanceOf(Failure)
})

test('an answer that nobody asked for ends it all', async () => {
  const { channel, output, reasons } = await connect({ wait: () => new Promise(() => {}) })
  const call = channel.call('wait', {})
  await turn()
  await writeFrame(output, { id: 77 })
  await expect(call).rejects.toBeInstanceOf(HelperLost)
  expect(reasons).toEqual(['an answer that nobody has asked for'])
  await expect(channel.call('wait', {})).rejects.toBeInstanceOf(HelperLost)
})

test('a helper that does not answer in time is given up', async () => {
  const { channel } = await connect({ wait: () => new Promise(() => {}) })
  await expect(channel.call('wait', {}, { patienceMs: 20 })).rejects.toBeInstanceOf(HelperLost)
  expect(channel.ended).toBe(true)
})

test('turns are taken in order, within the limits of calls and of bytes', async () => {
  const turns = new Turns()
  const entered: number[] = []
  const enter = (number: number, bytes: number) => turns.take(bytes).then(() => entered.push(number))
  for (let number = 0; number < 40; number++) void enter(number, 1)
  await turn()
  expect(entered).toHaveLength(32)
  for (let number = 0; number < 32; number++) turns.give(1)
  await turn()
  expect(entered).toHaveLength(40)
  for (let number = 0; number < 8; number++) turns.give(1)
  void enter(100, 100 << 20)
  void enter(101, 1)
  await turn()
  expect(entered.slice(40)).toEqual([100])
  turns.give(100 << 20)
  await turn()
  expect(entered.slice(40)).toEqual([100, 101])
})
