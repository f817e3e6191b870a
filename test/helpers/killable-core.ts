import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Upload } from '../../contract/uploads.ts'

const program = fileURLToPath(new URL('upload-core-process.ts', import.meta.url))

/** A core's uploads in a process that can be killed like any other. */
export interface KillableCore {
  /** Resolves when it is signed in, or has ended. */
  whenStarted(): Promise<void>
  /** As it last told them. */
  uploads(): Upload[]
  /** Resolves when they are as asked, be it for a moment only. Rejects when the core ends without being killed. */
  until(wanted: (uploads: readonly Upload[]) => boolean): Promise<Upload[]>
  /** Kills it with -9; also where it has ended already. */
  kill(): Promise<void>
}

/**
 * @param limit Bytes per second, 0: none. @param paths Added at once, under a label. @param before Words before its command,
 *   which make it another account's.
 */
export function spawnKillableCore(of: {
  url: string
  data: string
  limit?: number
  label?: string
  paths?: readonly string[]
  before?: readonly string[]
}): KillableCore {
  const { url, data, limit = 0, label = 'form', paths = [], before = [] } = of
  const [command = '', ...args] = [...before, process.execPath, program, url, data, String(limit), ...paths]
  const child = spawn(command, args, {
    env: { ...process.env, UPLOAD_LABEL: label, NODE_COMPILE_CACHE: join(tmpdir(), 'headway-compile-cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const known = new Map<string, Upload>()
  const watchers = new Set<() => void>()
  const uploads = (): Upload[] => [...known.values()]
  createInterface({ input: child.stdout }).on('line', (line) => {
    for (const upload of JSON.parse(line) as Upload[]) known.set(upload.id, upload)
    for (const watcher of watchers) watcher()
  })
  const started = once(child.stdout, 'data')
  let killed = false
  return {
    async whenStarted() {
      await Promise.race([started, ended])
    },
    uploads,
    until: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!wanted(uploads())) return
          watchers.delete(look)
          resolve(uploads())
        }
        watchers.add(look)
        look()
        const onEnd = (): void => {
          if (!killed) reject(new Error('the core has ended by itself'))
        }
        if (child.exitCode === null) child.once('close', onEnd)
        else onEnd()
      }),
    async kill() {
      killed = true
      child.kill('SIGKILL')
      await ended
    },
  }
}
