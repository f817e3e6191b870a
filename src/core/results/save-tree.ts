import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, parse } from 'node:path'
import type { ResultEntry, Selection } from '../../../contract/results.ts'
import { untilDone, type Agents } from '../agent-client/index.ts'
import { syncFolder } from '../kit/files.ts'
import type { Control } from '../tasks/index.ts'
import { createSpeed, fetchRest, sizeOf, type Version } from './fetch.ts'
import { claimFolder, localName } from './local-file.ts'
import { leftOutName, leftOutText, selectedFiles } from './select.ts'

/** A download of several files as it is kept; files that came whole lie in `partName` under their names. */
export interface KeptTree {
  job: string
  selection: Selection
  /** Where the new folder goes, and what it is called once all is there. */
  folder: string
  name: string
  partName: string
}

/** Files at a time: small ones would wait for one round trip each. */
const AT_ONCE = 4

/**
 * Where each file goes on this machine, relative to the new folder. Names come from the head node; two that become the same
 * here (also by case: Windows and macOS see no difference) are numbered, in the order of their paths.
 */
export function localTree(paths: readonly string[]): Map<string, string> {
  const taken = new Set<string>()
  return new Map(
    paths.map((path) => {
      const segments = path
        .split('/')
        .filter((segment) => segment !== '')
        .map(localName)
      const { dir, name, ext } = parse(segments.join('/'))
      for (let number = 1; ; number += 1) {
        const local = join(dir, number === 1 ? name + ext : `${name} (${number})${ext}`)
        if (taken.has(local.toLowerCase())) continue
        taken.add(local.toLowerCase())
        return [path, local]
      }
    }),
  )
}

/**
 * Saves the selected files with their folders. Each is fetched whole, checked for its size and then named; after a restart
 * those with their name are there. The folder gets its own name at the end: what carries it is complete.
 */
export async function saveTree<B>(parts: {
  agents: Agents
  site: string
  kept: KeptTree
  control: Control<B>
}): Promise<{ path: string }> {
  const { agents, site, kept, control } = parts
  const { job, selection, folder } = kept
  const link = agents.link(site)
  const root = join(folder, kept.partName)
  await mkdir(root, { recursive: true })
  const { files, left } = await untilDone(link, control.signal, async (signal) => {
    control.waiting(link.ready ? undefined : 'network')
    return selectedFiles(agents.client(site), job, selection, signal)
  })
  control.waiting()
  const places = localTree(files.map(({ path }) => path))
  const speed = createSpeed()
  const have = new Map<string, number>()
  let total = files.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const tell = (path: string, bytes: number, more: number) => {
    done += bytes - (have.get(path) ?? 0)
    have.set(path, bytes)
    control.progress({ done, total, bytesPerSecond: speed(more) })
  }

  async function saveOne({ path, size: listed }: ResultEntry): Promise<void> {
    const target = join(root, places.get(path) ?? localName(path))
    const there = await sizeOf(target)
    if (there > 0 && there === listed) return tell(path, there, 0)
    await mkdir(dirname(target), { recursive: true })
    // No file of the tree begins with a dot (`localName`): what comes never lies under another one's name.
    const part = join(dirname(target), `.${basename(target)}.part`)
    let version: Version = {}
    await rm(part, { force: true })
    await untilDone(link, control.signal, async (signal) => {
      control.waiting(link.ready ? undefined : 'network')
      return fetchRest(
        {
          client: agents.client(site),
          job,
          path,
          part,
          version,
          onVersion(now) {
            // It grew or shrank since it was listed.
            total += (now.size ?? listed) - (version.size ?? listed)
            version = now
            control.waiting()
          },
          onBytes: (bytes, more) => tell(path, bytes, more),
        },
        signal,
      )
    })
    await rename(part, target)
  }

  const waiting = [...files]
  const abort = new AbortController()
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      control.signal.throwIfAborted()
      abort.signal.throwIfAborted()
      await saveOne(next)
    }
  }
  const workers = Array.from({ length: Math.min(AT_ONCE, files.length) }, () =>
    worker().catch((error: unknown) => {
      abort.abort()
      throw error
    }),
  )
  const ends = await Promise.allSettled(workers)
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  if (left.length > 0) await writeFile(join(root, leftOutName), leftOutText(left))
  const path = await claimFolder(root, folder, kept.name)
  await syncFolder(folder)
  return { path }
}
