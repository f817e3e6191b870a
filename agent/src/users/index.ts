import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { RightsChange, UserInfo, UserList } from '../../../contract/agent/auth.ts'
import { identityOf, originOf, type TypeBox } from '../kit/http.ts'
import type { Agent } from '../kit/agent.ts'
import type { UserStore } from './users.ts'

export { type FirstAccount, UserStore } from './users.ts'

const adminOnly = { permission: ['admin' as const] }

/** For an admin: who has an account, and what each may do. Rights reach a signed-in user with the next refresh. */
export function userRoutes(agent: Agent, users: UserStore): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<TypeBox>()
    app.get(
      '/api/v2/users',
      { config: adminOnly, schema: { summary: 'Local accounts', response: { 200: UserList } } },
      async () => ({ users: await users.list() }),
    )
    app.put(
      '/api/v2/users/:username',
      {
        config: adminOnly,
        schema: {
          summary: 'Groups and permissions of a local account',
          params: Type.Object({ username: Type.String({ minLength: 1, maxLength: 128 }) }),
          body: RightsChange,
          response: { 200: UserInfo },
        },
      },
      async (request) => {
        const user = await users.grant(request.params.username, request.body)
        const who = identityOf(request).username
        const entry = { user: who, action: 'user.grant', resource: user.username, status: 'success' as const }
        agent.audit.record({ ...entry, ...originOf(request) })
        return user
      },
    )
  }
}
