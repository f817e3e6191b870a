import { rmSync } from 'node:fs'
import type { JobOptions } from '../../contract/resources.ts'
import { admin, secret, spawnAgent, temporaryFolder, type SpawnedAgent } from './agent.ts'
import { sharedCluster } from './cluster.ts'
import { startCore, until, type TestCore } from './core.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'

/** A core signed in to an agent that runs its jobs on a real Slurm, with a way between them that can be cut. */
export interface SlurmSite {
  core: TestCore
  /** Id of the site in the core. */
  site: string
  proxy: FaultProxy
  agent(): SpawnedAgent
  /** Ends the agent and starts it again on the same port, over the same folder. */
  restartAgent(): Promise<void>
  /** Submits a command of one small task; gives the job's id once it has one. */
  submit(command: string, options?: JobOptions): Promise<string>
  /** Cancels what was submitted, too. */
  close(): Promise<void>
}

export async function startSlurmSite(): Promise<SlurmSite> {
  const cluster = await sharedCluster()
  const data = temporaryFolder()
  const start = (port: string) =>
    spawnAgent({
      HEADWAY_DATA: data,
      HEADWAY_PORT: port,
      HEADWAY_ADMIN_PASSWORD: admin.password,
      HEADWAY_LOG_LEVEL: 'warn',
      HEADWAY_SCHEDULER: 'slurm',
      SLURM_CONF: cluster.conf,
      JWT_SECRET_KEY: secret,
      RATE_LIMIT_ENABLED: '0',
    })
  let agent = await start('0')
  const proxy = await startFaultProxy(agent.url)
  const core = await startCore()
  const { id: site } = await core.signIn(proxy.url)
  const submitted: string[] = []
  return {
    core,
    site,
    proxy,
    agent: () => agent,
    async restartAgent() {
      const { port } = new URL(agent.url)
      await agent.end()
      agent = await start(port)
    },
    async submit(command, options) {
      const taskId = await core.submit({
        site,
        submission: {
          name: 'followed',
          command,
          resources: { nodes: 1, tasks: 1, timeMinutes: 5, memoryMb: 100 },
          ...(options === undefined ? {} : { options }),
        },
        uploads: [],
      })
      const id = await until('the job', () => core.task(taskId)?.result?.jobId, 30_000)
      submitted.push(id)
      return id
    },
    async close() {
      if (submitted.length > 0) await cluster.run('scancel', submitted).catch(() => '')
      await core.close()
      await proxy.close()
      await agent.end()
      await cluster.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
