import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { admin, secret, spawnAgent } from '../../helpers/agent.ts'
import { nodeFlags } from '../../../src/core/kit/node-flags.ts'
import { digestOfFile } from '../../helpers/random-file.ts'
import { built } from './built.ts'
import { settle } from './files.ts'
import type { Ends } from './ends.ts'
import { start } from './run.ts'

/** What the core's process is asked: to upload files, or to keep to a limit (bytes per second) from now on. */
export type Asked = { label: string; paths: string[] } | { limit: number }

/** An upload that is over: seconds from the drop to the proof that all is there, bytes of the files and of the network. */
export interface Told {
  label: string
  seconds: number
  crossed: number
  bytes: number
  files: number
}

type Side = 'core' | 'agent'

/** An agent and a core, each a process of its own, real files on the disk. */
export interface Site extends AsyncDisposable {
  /** The agent's address as the core's side knows it. */
  url: string
  /** Uploads files and folders; a label for each. */
  upload(label: string, ...paths: string[]): Promise<Told>
  /** Bytes per second, 0: none. */
  limit(bytesPerSecond: number): void
  /** Where the files of a label are stored. */
  stored(label: string): string[]
  /** Removes them again. */
  clear(label: string): void
  /** MiB resident now, or at most since the last reset. */
  memory(side: Side, kind: 'now' | 'peak'): number
  resetPeaks(): void
}

/** @param through Where the core finds the agent, by the agent's address; that one itself if not given. */
export async function startSite(
  { near, far, host }: Ends,
  folder: string,
  through: (url: string) => string | Promise<string> = (url) => url,
): Promise<Site> {
  const uploads = join(folder, 'uploads')
  mkdirSync(uploads, { recursive: true })
  const environment = {
    HEADWAY_DATA: join(folder, 'agent'),
    HEADWAY_UPLOADS: uploads,
    HEADWAY_HOST: host,
    HEADWAY_ADMIN_PASSWORD: admin.password,
    HEADWAY_LOG_LEVEL: 'warn',
    HEADWAY_SCHEDULER: 'local',
    JWT_SECRET_KEY: secret,
  }
  const programs = await built()
  const agent = await spawnAgent(environment, [...far, process.execPath, ...nodeFlags, programs.agent])
  const core = start([...near, process.execPath, ...nodeFlags, programs.core, await through(agent.url)])
  const ended = once(core, 'close')
  const waiting = new Map<string, (told: Told) => void>()
  createInterface({ input: core.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as Told
    waiting.get(told.label)?.(told)
  })
  const told = (label: string): Promise<Told> =>
    Promise.race([
      new Promise<Told>((resolve) => waiting.set(label, resolve)),
      ended.then(() => Promise.reject(new Error(`the core ended; the agent says: ${agent.log()}`))),
    ])
  const ask = (asked: Asked): void => void core.stdin.write(`${JSON.stringify(asked)}\n`)
  const place = (label: string): string => join(uploads, 'users', admin.username, 'jobs', label)
  const pid = (side: Side): number | undefined => (side === 'core' ? core : agent.process).pid
  await told('ready')

  return {
    url: agent.url,
    upload(label, ...paths) {
      const over = told(label)
      ask({ label, paths })
      return over
    },
    limit: (bytesPerSecond) => ask({ limit: bytesPerSecond }),
    stored(label) {
      const entries = existsSync(place(label))
        ? readdirSync(place(label), { recursive: true, withFileTypes: true })
        : []
      return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    },
    clear: (label) => settle(place(label)),
    memory(side, kind) {
      const line = new RegExp(`${kind === 'now' ? 'VmRSS' : 'VmHWM'}:\\s+(\\d+)`)
      return Number(line.exec(readFileSync(`/proc/${pid(side)}/status`, 'utf8'))?.[1]) / 1024
    },
    resetPeaks() {
      // 5: the peak begins anew (proc_pid_clear_refs(5)).
      for (const side of ['core', 'agent'] as const) writeFileSync(`/proc/${pid(side)}/clear_refs`, '5')
    },
    async [Symbol.asyncDispose]() {
      core.stdin.end()
      await ended
      await agent.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Throws unless the one file of a label is stored as it is here. */
export async function checkStored(site: Site, label: string, file: string): Promise<void> {
  const [stored = '', ...others] = site.stored(label)
  if (others.length > 0 || (await digestOfFile(stored)) !== (await digestOfFile(file))) {
    throw new Error(`${label} is not stored as it is`)
  }
}
