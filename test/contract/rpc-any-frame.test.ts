import { anything, assert, asyncProperty, constantFrom, jsonValue, oneof, record, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Value } from 'typebox/value'
import { app } from '../../contract/app.ts'
import type { FeatureContract } from '../../contract/feature.ts'
import { memoryPortPair } from '../../src/rpc/memory-port.ts'
import { createServer } from '../../src/rpc/server.ts'
import type { Handlers } from '../../src/rpc/types.ts'

const contract: Record<string, FeatureContract> = app
const names = Object.entries(contract).flatMap(([feature, { methods, streams }]) =>
  [...Object.keys(methods), ...Object.keys(streams)].map((name) => `${feature}.${name}`),
)
/** Handlers for the whole contract that note every input which should never have reached them. */
function watchful() {
  const wrong: unknown[] = []
  const faults: unknown[] = []
  const handlers = Object.fromEntries(
    Object.entries(contract).map(([feature, { methods, streams }]) => [
      feature,
      {
        methods: Object.fromEntries(
          Object.entries(methods).map(([name, { input }]) => [
            name,
            (value: unknown) => {
              if (!Value.Check(input, value)) wrong.push([feature, name, value])
              return {}
            },
          ]),
        ),
        streams: Object.fromEntries(
          Object.entries(streams).map(([name, { params }]) => [
            name,
            (value: unknown, sink: { snapshot(state: unknown): void }) => {
              if (!Value.Check(params, value)) wrong.push([feature, name, value])
              sink.snapshot({})
              return () => undefined
            },
          ]),
        ),
      },
    ]),
  )
  const server = createServer(handlers as unknown as Handlers, { onFault: (fault) => faults.push(fault) })
  return { server, wrong, faults }
}

describe('any frame at all', () => {
  it('is answered when it asks for something, and never reaches a handler with a wrong input', async () => {
    const { server, wrong, faults } = watchful()
    const [ours, theirs] = memoryPortPair()
    const answered = new Set<string>()
    ours.onMessage((message) => answered.add((message as { id: string }).id))
    server.serve(theirs)
    const name = oneof(
      constantFrom(...names),
      string(),
      constantFrom('__proto__.x', 'host.__proto__', 'constructor.name'),
    )
    const frame = record({
      type: constantFrom('call', 'open'),
      name,
      input: oneof(jsonValue(), constantFrom({}, { site: 's' }, { id: 'x' })),
    })
    let count = 0
    await assert(
      asyncProperty(frame, anything(), async ({ type, name: dotted, input }, junk) => {
        count += 1
        const id = `f${count}`
        const [feature, ...rest] = dotted.split('.')
        if (isJson(junk)) ours.post(junk)
        ours.post({ type, id, feature, name: rest.join('.'), input })
        for (const kind of ['ack', 'again', 'cancel', 'close']) ours.post({ type: kind, id, n: input })
        await new Promise((resolve) => setImmediate(resolve))
        expect(answered.has(id)).toBe(true)
      }),
      { numRuns: 3000 },
    )
    expect(wrong).toEqual([])
    expect(faults).toEqual([])
  })
})

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}
