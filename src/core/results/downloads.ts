import { randomUUID } from 'node:crypto'
import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Input } from '../../../contract/app.ts'
import { untilDone, type Agents } from '../agent-client/index.ts'
import { AppError } from '../kit/app-error.ts'
import { syncFolder } from '../kit/files.ts'
import type { Logger } from '../platform.ts'
import { createTaskRunner, type Control, type TaskRunner } from '../tasks/index.ts'
import { localFailure, localName, placeFile } from './local-file.ts'
import { filePath } from './routes.ts'

/** A download as it is kept; the bytes that came lie in the part file. */
interface Kept {
  job: string
  path: string
  folder: string
  name: string
  part: string
  /** The version of the file that the part belongs to. */
  etag?: string
  size?: number
}

export interface Downloads extends Omit<TaskRunner, 'add'> {
  /** The task's id; the same for the same change. */
  save(input: Input<'results', 'save'>, change: string): string
}

/** Without a byte for so long, the connection is taken for dead. */
const stallMs = 60_000

/** Result files saved on this machine, as tasks: resumed after any cut, whole under their name or not there at all. */
export function createDownloads(parts: {
  database: DatabaseSync
  agents: Agents
  downloadsFolder: string
  log: Logger
}): Downloads {
  const { database, agents, downloadsFolder, log } = parts

  async function run(site: string, kept: Kept, control: Control<Kept>): Promise<{ path: string }> {
    const part = join(kept.folder, kept.part)
    await mkdir(kept.folder, { recursive: true })
    await untilDone(agents.link(site), control.signal, async (signal) => {
      control.waiting(agents.link(site).ready ? undefined : 'network')
      return fetchRest(site, kept, part, control, signal)
    })
    const path = await placeFile(part, kept.folder, kept.name)
    await syncFolder(kept.folder)
    return { path }
  }

  /** Asks for what is missing and writes it behind what is there; true once the part is whole and on the disk. */
  async function fetchRest(
    site: string,
    kept: Kept,
    part: string,
    control: Control<Kept>,
    signal: AbortSignal,
  ): Promise<true | undefined> {
    let have = kept.etag === undefined ? 0 : await sizeOf(part)
    const stall = new AbortController()
    const { body, headers } = await openAt(site, kept, have, AbortSignal.any([signal, stall.signal]))
    control.waiting()
    // Without a range in the answer the file is another one by now, or ranges are not spoken: from the beginning.
    if (headers['content-range'] === undefined) have = 0
    const rest = headers['content-length']
    const size = rest === undefined ? undefined : have + Number(rest)
    const { etag } = headers
    if (etag !== kept.etag || size !== kept.size) {
      Object.assign(kept, { etag, size })
      control.save({ ...kept })
    }
    const file = await open(part, have === 0 ? 'w' : 'a', 0o600)
    let timer = setTimeout(() => stall.abort(), stallMs)
    try {
      const speed = createSpeed()
      for await (const piece of body as AsyncIterable<Buffer>) {
        await file.write(piece)
        have += piece.length
        clearTimeout(timer)
        timer = setTimeout(() => stall.abort(), stallMs)
        control.progress({ done: have, total: size ?? have, bytesPerSecond: speed(piece.length) })
      }
      await file.sync()
    } finally {
      clearTimeout(timer)
      await closeQuietly(file)
    }
    return size === undefined || have === size ? true : undefined
  }

  async function openAt(site: string, { job, path, etag }: Kept, from: number, signal: AbortSignal) {
    const client = agents.client(site)
    const ask = (headers: Record<string, string>) => client.stream(filePath(job, path), { headers, signal })
    if (from === 0 || etag === undefined) return ask({})
    try {
      return await ask({ range: `bytes=${from}-`, 'if-range': etag })
    } catch (error) {
      // Nothing behind what is there: it is whole already, or a shorter file took its place.
      const beyond = error instanceof AppError && error.value.code === 'AGENT' && error.value.data.status === 416
      if (beyond) return ask({})
      throw error
    }
  }

  const runner = createTaskRunner<Kept>(
    database,
    {
      kind: 'download',
      canPause: true,
      canCancel: () => true,
      async run({ site, body }, control) {
        const kept = { ...body }
        try {
          return await run(site, kept, control)
        } catch (error) {
          throw localFailure(error, kept.name, kept.size ?? 0)
        }
      },
      clean: ({ folder, part }) => rm(join(folder, part), { force: true }),
    },
    log,
  )
  return {
    ...runner,
    save({ site, id, path, to }, change) {
      agents.client(site)
      const name = localName(path)
      const part = `${name}.${randomUUID().slice(0, 8)}.part`
      const body = { job: id, path, folder: to ?? downloadsFolder, name, part }
      return runner.add({ change, site, title: name, body })
    },
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

async function closeQuietly(file: FileHandle): Promise<void> {
  await file.close().catch(() => undefined)
}

/** Bytes per second over about the last three seconds. */
function createSpeed(): (bytes: number) => number {
  let rate = 0
  let at = performance.now()
  let waiting = 0
  return (bytes) => {
    waiting += bytes
    const seconds = (performance.now() - at) / 1000
    if (seconds < 0.1) return rate
    const weight = Math.min(1, seconds / 3)
    rate = rate === 0 ? waiting / seconds : rate * (1 - weight) + (waiting / seconds) * weight
    at = performance.now()
    waiting = 0
    return Math.round(rate)
  }
}
