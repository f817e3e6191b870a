import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { DesktopEndpoint } from '../../../contract/agent/desktops.ts'
import type { DesktopRecord } from '../jobs/index.ts'
import { isSameHost, nodeNamed } from './nodes.ts'

/*
 * What a session writes about itself. The files are its user's, who may write there what they like: they are read in a bounded
 * size, held against these schemas, and believed only where what they say harms nobody else.
 */

/** Bytes: no file of a session that is worth reading is larger. */
export const MOST_BYTES = 16_384

/** The folder of a session in that of its job. */
export const SESSION = '.headway/desktop'

/** `session.json`: where the X server listens. */
export const SessionFile = Type.Object({
  host: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$' }),
  socket: Type.Optional(Type.String({ pattern: '^/tmp/headway-[A-Za-z0-9]{6,32}/[A-Za-z0-9][A-Za-z0-9._-]{0,31}$' })),
  // Those below belong to the system.
  port: Type.Optional(Type.Integer({ minimum: 1024, maximum: 65_535 })),
  certificate: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
})
export type SessionFile = Static<typeof SessionFile>

/** `stats.json`: who is connected, and what the job's GPUs do. */
export const StatsFile = Type.Object({
  at: Type.Number(),
  viewers: Type.Integer({ minimum: 0, maximum: 10_000 }),
  gpu: Type.Optional(
    Type.Array(
      Type.Object({
        percent: Type.Number({ minimum: 0, maximum: 100 }),
        memoryMb: Type.Number({ minimum: 0, maximum: 100_000_000 }),
      }),
      { maxItems: 64 },
    ),
  ),
})
export type StatsFile = Static<typeof StatsFile>

/** `ended.json`: what the session knows of its end. */
export const EndedFile = Type.Object({
  kind: Type.Union([
    Type.Literal('logged-out'),
    Type.Literal('no-server'),
    Type.Literal('server-failed'),
    Type.Literal('session-failed'),
  ]),
  detail: Type.Optional(Type.String()),
})
export type EndedFile = Static<typeof EndedFile>

/** What a session's file says; undefined where that is nothing of this kind. */
export function parsed<T extends TSchema>(schema: T, text: string | undefined): Static<T> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(schema, value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Where an X server listens, as far as the agent believes it. `session.json` is its user's own file, and what the agent
 * connects to on its word it would connect to for that user: it must listen in the way that this job was told to, and on
 * one of the job's own nodes (by the scheduler's name of it) or on this host. So the agent can be made to reach nothing that
 * the user's own job could not reach; what is more is asked when it connects (dial.ts).
 */
export function endpointOf(
  session: SessionFile,
  { way, nodes, here }: { way: DesktopRecord['way']; nodes: string | undefined; here: string },
): DesktopEndpoint | undefined {
  const { socket, port, certificate } = session
  const isHere = isSameHost(session.host, here)
  const host = isHere ? here : nodeNamed(session.host, nodes ?? '')
  if (host === undefined) return undefined
  const wanted = way === 'near' ? (isHere ? 'socket' : 'network') : way
  const at = { host, here: isHere }
  if (wanted === 'socket') return socket === undefined || port !== undefined ? undefined : { ...at, socket }
  if (port === undefined || socket !== undefined) return undefined
  if (wanted === 'loopback') return certificate === undefined ? { ...at, port } : undefined
  return certificate === undefined ? undefined : { ...at, port, certificate }
}
