import { Value } from 'typebox/value'
import { app } from '../../contract/app.ts'
import type { FeatureContract, MethodContract, StreamContract } from '../../contract/feature.ts'
import type { AppErrorValue } from '../../contract/errors.ts'
import { clientFrame, frameSize, idOf, maxFrame, type ClientFrame, type ServerFrame } from './frames.ts'
import { createOnce } from './once.ts'
import type { Port } from './port.ts'
import { startStream, type ServerStream } from './server-stream.ts'
import type { CallContext, Handlers, StreamSink } from './types.ts'

export interface ServerOptions {
  /** Told of faults that were answered with INTERNAL; `reference` is what the window shows. */
  onFault(fault: { reference: string; call: string; error: unknown }): void
  /** Largest frame in characters of JSON. */
  limit?: number
  now?: () => number
}

export interface RpcServer {
  /** Answers this port until it closes; any number of ports at once. */
  serve(port: Port): void
}

type Answer = { value: unknown } | { error: AppErrorValue }
/** The handlers as looked up by name; names and inputs were checked against the contract before. */
interface AnyFeature {
  methods: Record<string, (input: unknown, context: CallContext) => unknown>
  streams: Record<string, (params: unknown, sink: StreamSink<unknown, unknown>) => () => void>
}

/** How long a change's answer is kept for the same call sent again, and how many. */
const remembered = { keep: 1000, forMs: 10 * 60_000 }

/**
 * The core's end of the boundary. Names are own keys of the contract and nothing else; every call is answered by a value
 * or an error of the closed set; a change sent twice is done once, whichever port it comes by.
 */
export function createServer(handlers: Handlers, options: ServerOptions): RpcServer {
  const features = handlers as unknown as Record<string, AnyFeature>
  const limit = options.limit ?? maxFrame
  const changing = new Map<string, AbortController>()
  const changes = createOnce<Answer>(remembered, options.now ?? (() => Date.now()))

  function failure(error: unknown, call: string): AppErrorValue {
    const known = errorValue(error)
    if (known !== undefined) return known
    const reference = crypto.randomUUID().slice(0, 8)
    options.onFault({ reference, call, error })
    return { code: 'INTERNAL', data: { reference }, message: `Something failed inside Headway (${reference}).` }
  }

  async function run(frame: Named, abort: AbortController): Promise<Answer> {
    try {
      const method = features[frame.feature]?.methods[frame.name]
      if (method === undefined) return { error: unknownMethod(nameOf(frame)) }
      const value = await method(frame.input, { id: frame.id, signal: abort.signal })
      if (frameSize(value, limit) > limit) return { error: frameTooLarge(limit) }
      return { value }
    } catch (error) {
      return { error: abort.signal.aborted ? cancelled : failure(error, nameOf(frame)) }
    }
  }

  /** Goes on when its port closes: its caller may ask for the answer by another one. */
  function change(frame: Named): Promise<Answer> {
    return changes.run(`${nameOf(frame)} ${frame.id}`, async () => {
      const abort = new AbortController()
      changing.set(frame.id, abort)
      const answer = await run(frame, abort)
      changing.delete(frame.id)
      return answer
    })
  }

  function serve(port: Port): void {
    const queries = new Map<string, AbortController>()
    const streams = new Map<string, ServerStream>()
    let open = true
    const post = (frame: ServerFrame): void => {
      if (open) port.post(frame)
    }

    async function query(frame: Named): Promise<Answer> {
      const abort = new AbortController()
      queries.set(frame.id, abort)
      const answer = await run(frame, abort)
      if (queries.get(frame.id) === abort) queries.delete(frame.id)
      return answer
    }

    async function call(frame: Named): Promise<void> {
      const method = methodContract(frame)
      const refused = method === undefined ? unknownMethod(nameOf(frame)) : badInput(method.input, frame)
      if (refused !== undefined) return post({ type: 'error', id: frame.id, error: refused })
      const answer = method?.change === true ? await change(frame) : await query(frame)
      const { id } = frame
      post('value' in answer ? { type: 'value', id, ...answer } : { type: 'error', id, ...answer })
    }

    function subscribe(frame: Named): void {
      const { id, feature, name, input } = frame
      const known = streamContract(frame)
      const refused = known === undefined ? unknownMethod(nameOf(frame)) : badInput(known.params, frame)
      const source = refused === undefined ? features[feature]?.streams[name] : undefined
      if (source === undefined) return post({ type: 'end', id, error: refused ?? unknownMethod(nameOf(frame)) })
      streams.get(id)?.end()
      let over = false
      const start = (sink: StreamSink<unknown, unknown>): (() => void) => {
        try {
          return source(input, sink)
        } catch (error) {
          sink.fail(failure(error, nameOf(frame)))
          return () => undefined
        }
      }
      const stream = startStream(id, start, post, limit, () => {
        over = true
        streams.delete(id)
      })
      if (!over) streams.set(id, stream)
    }

    function receive(message: unknown): void {
      const id = idOf(message)
      const frame = clientFrame(message)
      const large = frameSize(message, limit) > limit
      if (frame === undefined || large) {
        const error = large ? frameTooLarge(limit) : notAFrame
        if (id !== undefined) post({ type: frame?.type === 'open' ? 'end' : 'error', id, error })
        return
      }
      if (frame.type === 'call') void call(frame)
      else if (frame.type === 'cancel') (queries.get(frame.id) ?? changing.get(frame.id))?.abort()
      else if (frame.type === 'open') subscribe(frame)
      else if (frame.type === 'ack') streams.get(frame.id)?.ack(frame.n)
      else if (frame.type === 'again') streams.get(frame.id)?.restart()
      else {
        streams.get(frame.id)?.end()
        streams.delete(frame.id)
      }
    }

    port.onClose(() => {
      open = false
      for (const abort of queries.values()) abort.abort()
      for (const stream of streams.values()) stream.end()
      streams.clear()
    })
    port.onMessage(receive)
  }
  return { serve }
}

type Named = Extract<ClientFrame, { type: 'call' | 'open' }>
const nameOf = ({ feature, name }: Named): string => `${feature}.${name}`

/** Own keys only: `constructor` and `__proto__` are names like any other that the contract does not have. */
const own = <T>(table: Record<string, T>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

const contract: Record<string, FeatureContract> = app
const methodContract = ({ feature, name }: Named): MethodContract | undefined =>
  own(own(contract, feature)?.methods ?? {}, name)
const streamContract = ({ feature, name }: Named): StreamContract | undefined =>
  own(own(contract, feature)?.streams ?? {}, name)

function badInput(schema: MethodContract['input'], frame: Named): AppErrorValue | undefined {
  if (Value.Check(schema, frame.input)) return undefined
  const first = Value.Errors(schema, frame.input)[0]
  const data = { path: first?.instancePath ?? '', reason: first?.message ?? 'does not fit' }
  const message = `${nameOf(frame)}: ${data.path || 'input'} ${data.reason}`
  return { code: 'BAD_INPUT', data, message }
}

/** What the core throws on purpose carries the value that crosses (AppError; RpcError where a core calls another). */
function errorValue(error: unknown): AppErrorValue | undefined {
  if (!(error instanceof Error) || !('value' in error)) return undefined
  const { value } = error
  const fits = typeof value === 'object' && value !== null && 'code' in value && 'data' in value && 'message' in value
  return fits && typeof value.code === 'string' ? (value as AppErrorValue) : undefined
}

const cancelled: AppErrorValue = { code: 'CANCELLED', data: {}, message: 'The call was cancelled.' }
const notAFrame: AppErrorValue = { code: 'BAD_INPUT', data: { path: '', reason: 'no frame' }, message: 'Not a frame.' }
const unknownMethod = (method: string): AppErrorValue => ({
  code: 'UNKNOWN_METHOD',
  data: { method },
  message: `There is no ${method}.`,
})
const frameTooLarge = (limit: number): AppErrorValue => ({
  code: 'FRAME_TOO_LARGE',
  data: { limit },
  message: `A message is larger than ${limit} characters.`,
})
