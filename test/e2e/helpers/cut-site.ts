import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { startWebHost } from '../../../src/web/host.ts'
import { admin, startAgent, type TestAgent } from '../../helpers/agent.ts'
import { startFaultProxy } from '../../helpers/fault-proxy.ts'

const root = resolve(import.meta.dirname, '../../..')

/** The window's host and the agent as they are, with a network between them that can be taken away. */
export interface CutSite {
  /** Address of the window, with its one-time token in the fragment. */
  address: string
  username: string
  password: string
  agent: TestAgent
  /** Of the agent, past the window: what a colleague sees or does there. */
  ask<T>(path: string, method?: string, body?: unknown): Promise<T>
  leave(): void
  back(): void
  stop(): Promise<void>
}

/** Starts both with nothing of this machine's Slurm. */
export async function startCutSite(): Promise<CutSite> {
  const data = mkdtempSync(join(tmpdir(), 'headway-cut-site-'))
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build.mjs'), '--only', 'renderer'])
  const agent = await startAgent()
  const proxy = await startFaultProxy(agent.url)
  const host = await startWebHost({
    data,
    port: 0,
    renderer: join(root, 'dist/renderer'),
    localSite: { url: proxy.url, username: admin.username },
  })
  const { access_token: token } = await agent.signIn()
  return {
    ...admin,
    address: host.address(),
    agent,
    async ask<T>(path: string, method = 'GET', body?: unknown) {
      const answer = await agent.fetch(path, { token, method, ...(body === undefined ? {} : { body }) })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      return (answer.status === 204 ? undefined : await answer.json()) as T
    },
    leave: () => proxy.down(),
    back: () => proxy.up(),
    async stop() {
      await host.close()
      await proxy.close()
      await agent.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
