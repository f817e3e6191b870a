import type { SubmitRequest } from '../../../contract/agent/jobs.ts'
import type { Stack } from './stack.ts'

/** The stack's agent, asked past the window: what a colleague's script would send. */
export interface Agent {
  /** Submits; gives the job's id. */
  submit: (request: SubmitRequest) => Promise<string>
}

/** Signs in to the stack's agent with its first account. */
export async function agentOf(stack: Stack): Promise<Agent> {
  const agent = /agent listens at (\S+)/.exec(stack.output())?.[1] ?? ''
  const post = async (path: string, body: object, token = '') => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const answer = await fetch(agent + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()) as Record<string, string>
  }
  const { access_token: token = '' } = await post('/api/auth/login', {
    username: stack.username,
    password: stack.password,
  })
  return {
    async submit(request) {
      const { job_id: id = '' } = await post('/api/jobs/submit', request, token)
      return id
    },
  }
}
