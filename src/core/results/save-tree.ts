import { mkdir, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join, parse } from 'node:path'
import type { Collision, ResultEntry, Selection } from '../../../contract/results.ts'
import { untilDone, type Agents } from '../agent-client/index.ts'
import { syncFolder } from '../kit/files.ts'
import type { Control } from '../tasks/index.ts'
import { createSpeed, fetchFile, type Fetching } from './fetch.ts'
import { claimFolder, isThere, localName, mergeFolder } from './local-file.ts'
import { leftOutName, leftOutText, selectedFiles } from './select.ts'
import type { Way } from './way.ts'

/** A download of several files as it is kept; files that came whole lie in `partName` under their names. */
export interface KeptTree {
  job: string
  selection: Selection
  /** Where the new folder goes, and what it is called once all is there. */
  folder: string
  name: string
  partName: string
  collision?: Collision
}

/** Files at a time: small ones would wait for one round trip each. */
const AT_ONCE = 8
/** Times nearer than this are the same: file systems keep them more or less finely. */
const CLOSE_MS = 2_000

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
 * Saves the selected files with their folders. Each is fetched whole and verified, gets the time it has on the cluster and
 * then its name; after a restart those with their name are there. The folder gets its own name at the end: what carries it is
 * complete. Where the user said so its files go into the folder that has the name already.
 */
export async function saveTree<B>(parts: {
  agents: Agents
  way: Way
  site: string
  kept: KeptTree
  control: Control<B>
}): Promise<{ path: string }> {
  const { agents, way, site, kept, control } = parts
  const { job, selection, folder, collision = 'keep-both' } = kept
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

  async function saveOne({ path, size: listed, modifiedAt }: ResultEntry): Promise<void> {
    const local = places.get(path) ?? localName(path)
    const target = join(root, local)
    const changedAt = new Date(modifiedAt)
    if (await isSame(target, listed, changedAt)) return tell(path, listed, 0)
    if (collision !== 'keep-both' && (await stays(join(folder, kept.name, local), { collision, listed, changedAt }))) {
      return tell(path, listed, 0)
    }
    await mkdir(dirname(target), { recursive: true })
    // No file of the tree begins with a dot (`localName`): what comes never lies under another one's name.
    const part = join(dirname(target), `.${basename(target)}.part`)
    const got: Fetching['got'] = {}
    await untilDone(link, control.signal, async (signal) => {
      control.waiting(link.ready ? undefined : 'network')
      return fetchFile(
        {
          client: agents.client(site),
          way,
          job,
          path,
          part,
          got,
          onVersion(now) {
            // It grew or shrank since it was listed.
            total += (now.size ?? listed) - (got.size ?? listed)
            control.waiting()
          },
          onBytes: (bytes, more) => tell(path, bytes, more),
          onPieces: (pieces) => (got.pieces = pieces),
        },
        signal,
      )
    })
    await utimes(part, changedAt, changedAt)
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
  const path =
    collision === 'keep-both'
      ? await claimFolder(root, folder, kept.name)
      : await mergeFolder(root, join(folder, kept.name))
  await syncFolder(folder)
  return { path }
}

const isSame = (path: string, size: number, changedAt: Date): Promise<boolean> =>
  stat(path).then(
    (there) => there.isFile() && there.size === size && Math.abs(there.mtimeMs - changedAt.getTime()) < CLOSE_MS,
    () => false,
  )

/** Whether what has the name on this machine stays as it is. */
const stays = (
  path: string,
  { collision, listed, changedAt }: { collision: Collision; listed: number; changedAt: Date },
): Promise<boolean> => (collision === 'skip' ? isThere(dirname(path), basename(path)) : isSame(path, listed, changedAt))
