import type { FastifyPluginAsync } from 'fastify'
import { Health, PROTOCOL_VERSION } from '../../../contract/agent/version.ts'
import type { Agent } from '../kit/agent.ts'
import type { Scheduler } from '../scheduler/index.ts'
import { version } from '../version.ts'

/** That the agent is there, and which it is: what a client asks before anything else. */
export function healthRoutes({ now }: Agent, scheduler: Pick<Scheduler, 'kind'>): FastifyPluginAsync {
  return async (app) => {
    for (const url of ['/health', '/api/health']) {
      app.get(
        url,
        { config: { public: 'all' }, schema: { summary: 'Whether the agent is there', response: { 200: Health } } },
        async (): Promise<Health> => ({
          status: 'ok',
          product: 'headway-agent',
          version,
          protocol: PROTOCOL_VERSION,
          scheduler: scheduler.kind,
          time: now().toISOString(),
        }),
      )
    }
  }
}
