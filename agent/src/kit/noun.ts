import type { FastifyPluginAsync } from 'fastify'

/** A feature of the agent as app.ts puts it together. `start` before listening, `close` in reverse order at the end. */
export interface Noun {
  routes: FastifyPluginAsync
  start?(): Promise<void>
  close?(): Promise<void>
}
