import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import got, { RequestError, TimeoutError, type Method } from 'got'
import type { RequestOptions } from './interfaces.ts'
import type { Transport } from './transport.ts'
import { reasonOf } from '../kit/wait.ts'
import { aheadOf } from './clock-skew.ts'
import { offline } from './failures.ts'
import { wayFailure } from './https/failure.ts'
import { openUpgrade, type UpgradeRequest } from './upgrade.ts'

/** One request as it goes out: signed in with `token` where there is one. */
export interface Outgoing {
  method: Method
  path: string
  token?: string
  query?: RequestOptions['query']
  json?: unknown
  body?: Uint8Array
  /** How many of the bytes that are left may go now; asked before each piece of the body. */
  pace?: ((left: number) => Promise<number>) | undefined
  headers?: Record<string, string>
  signal?: AbortSignal
}
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}
export interface Opened {
  status: number
  headers: Record<string, string>
  body: IncomingMessage
}

/**
 * Told of every exchange, so that the connection's state follows real traffic. `late`: nothing came in all the time there was.
 * `aheadMs`: how far this machine's clock is ahead of the one that answered, as far as this answer tells.
 */
export type Traffic = (outcome: 'answered' | 'unreachable' | 'late', aheadMs?: number) => void

export interface Http {
  /** A small question and its answer. Rejects with OFFLINE, TLS_FAILED, PROXY_FAILED, or the signal's reason. */
  ask(request: Outgoing): Promise<Answer>
  /** Opens an exchange whose body, in either direction, is bulk. */
  open(request: Outgoing): Promise<Opened>
  /** Asks for a WebSocket: status 101 with its bytes as `stream`, or the answer that came instead. */
  upgrade(request: UpgradeRequest): Promise<Answer & { stream?: Duplex }>
}

export interface Timeouts {
  connectMs: number
  /** Until an answer begins; for bulk, without a byte moving. */
  answerMs: number
}
/** Most of an answer that is read into memory. */
const maxAnswer = 64 * 1024 * 1024
/** Most of a refusal's body that is read. */
export const maxRefusal = 256 * 1024

export function createHttp(transport: Transport, site: string, timeouts: Timeouts, traffic: Traffic): Http {
  const { host } = new URL(transport.url)
  const urlOf = ({ path, query = {} }: Outgoing): URL => {
    const url = new URL(transport.url + path)
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value))
    }
    return url
  }
  return {
    async ask(request) {
      const { signal } = request
      const limit = new AbortController()
      const signals = signal === undefined ? [limit.signal] : [signal, limit.signal]
      const askedAt = Date.now()
      try {
        const call = got(urlOf(request), {
          method: request.method,
          headers: headersOf(request),
          ...(request.json === undefined ? {} : { json: request.json }),
          agent: transport.agents,
          // A kept connection that the agent closed meanwhile; anything else is for the caller to decide.
          retry: { limit: 1, methods: ['GET'], statusCodes: [], errorCodes: ['ECONNRESET', 'EPIPE'], backoffLimit: 50 },
          timeout: { connect: timeouts.connectMs, response: timeouts.answerMs },
          throwHttpErrors: false,
          followRedirect: false,
          decompress: true,
          signal: AbortSignal.any(signals),
        })
        void call.on('downloadProgress', ({ transferred }) => {
          if (transferred > maxAnswer) limit.abort()
        })
        const answer = await call
        traffic('answered', aheadOf(answer.headers.date, askedAt, Date.now()))
        return { status: answer.statusCode, headers: flat(answer.headers), body: answer.body }
      } catch (error) {
        if (signal?.aborted === true) throw reasonOf(signal)
        if (!(error instanceof RequestError)) throw error
        traffic(error instanceof TimeoutError ? 'late' : 'unreachable')
        throw wayFailure(error, host) ?? offline(site)
      }
    },

    // got would cost two thirds of the throughput here: 8 MiB bodies, four at a time on loopback, 750 against
    // 2,450 MiB/s and six times the processor time (2 cores, Node 24.21, 2026-11-21).
    open(request) {
      return new Promise((resolve, reject) => {
        const { signal, body, pace } = request
        if (signal?.aborted === true) return reject(reasonOf(signal))
        const outgoing = transport.request(urlOf(request), {
          method: request.method,
          headers: { ...headersOf(request), ...(body === undefined ? {} : { 'content-length': String(body.length) }) },
          timeout: timeouts.answerMs,
          ...(signal === undefined ? {} : { signal }),
        })
        let late = false
        outgoing.on('timeout', () => {
          late = true
          outgoing.destroy(new Error('nothing moved'))
        })
        outgoing.on('response', (incoming) => {
          traffic('answered')
          // A log that follows may be silent for hours; a cut is noticed by the site's event connection.
          incoming.socket.setTimeout(0)
          resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming.headers), body: incoming })
        })
        outgoing.on('error', (error) => {
          if (signal?.aborted === true) return reject(reasonOf(signal))
          traffic(late ? 'late' : 'unreachable')
          reject(wayFailure(error, host) ?? offline(site))
        })
        if (body === undefined || pace === undefined) outgoing.end(body)
        else {
          writePaced(outgoing, body, pace).catch((error: Error) => outgoing.destroy(error))
          // An answer before the body's end is a refusal: the rest need not go.
          outgoing.on('response', (incoming) => {
            incoming.once('end', () => {
              if (!outgoing.writableEnded) outgoing.destroy()
            })
          })
        }
      })
    },

    async upgrade(request) {
      try {
        const { connectMs } = timeouts
        const answer = await openUpgrade(transport, request, {
          connectMs,
          refused: async ({ status, headers, body }) => {
            const text = await readText(body, maxRefusal).catch(() => '')
            return { status, headers: flat(headers), body: text }
          },
        })
        traffic('answered')
        return 'status' in answer ? answer : { status: 101, headers: {}, body: '', stream: answer }
      } catch (error) {
        if (request.signal.aborted) throw reasonOf(request.signal)
        traffic('unreachable')
        throw wayFailure(error, host) ?? offline(site)
      }
    },
  }
}

/** Writes a body piece by piece, no faster than `pace` lets it nor than the connection takes it. */
async function writePaced(outgoing: ClientRequest, body: Uint8Array, pace: (left: number) => Promise<number>) {
  for (let at = 0; at < body.length && !outgoing.destroyed;) {
    const end = at + (await pace(body.length - at))
    if (!outgoing.write(body.subarray(at, end))) await drained(outgoing)
    at = end
  }
  outgoing.end()
}

const drained = (outgoing: ClientRequest): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done).off('close', done)
      resolve()
    }
    outgoing.on('drain', done).on('close', done)
  })

const headersOf = ({ token, headers }: Outgoing): Record<string, string> => ({
  ...headers,
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
})

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}

/** Reads a body whole; past `limit` bytes the connection is cut and what came is given. */
export async function readText(body: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > limit) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
