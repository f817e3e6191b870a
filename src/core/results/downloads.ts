import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Input } from '../../../contract/app.ts'
import type { Collision, Selection } from '../../../contract/results.ts'
import { untilDone, type Agents } from '../agent-client/index.ts'
import { syncFolder } from '../kit/files.ts'
import type { Logger } from '../platform.ts'
import { createTaskRunner, type Control, type TaskRunner } from '../tasks/index.ts'
import { createSpeed, fetchFile, type Version } from './fetch.ts'
import { isThere, localFailure, localName, placeFile } from './local-file.ts'
import type { Ranges } from './pieces.ts'
import { saveTree, type KeptTree } from './save-tree.ts'
import { createWays } from './way.ts'

/** A download of one file as it is kept; the bytes that came lie in the part file. */
interface KeptFile extends Version {
  /** Of this version: the pieces that are on the disk. */
  pieces?: Ranges | undefined
  job: string
  path: string
  folder: string
  name: string
  part: string
  collision?: Collision
}
/** Of one file, or of several. */
type Kept = KeptFile | KeptTree

export interface Downloads extends Omit<TaskRunner, 'add'> {
  /** See contract/features/results.ts, as for the others. */
  taken(input: Input<'results', 'taken'>): Promise<boolean>
  /** The task's id; the same for the same change. */
  save(input: Input<'results', 'save'>, change: string): string
  saveMany(input: Input<'results', 'saveMany'>, change: string): string
}

/** Result files saved on this machine, as tasks: resumed after any cut, whole under their name or not there at all. */
export function createDownloads(parts: {
  database: DatabaseSync
  agents: Agents
  downloadsFolder: string
  /** Bytes per second for all downloads now; 0: none. */
  limit: () => number
  log: Logger
}): Downloads {
  const { database, agents, downloadsFolder, log } = parts
  const ways = createWays(parts.limit)

  async function saveFile(site: string, kept: KeptFile, control: Control<Kept>): Promise<{ path: string }> {
    const { job, path, folder, name, collision } = kept
    if (collision === 'skip' && (await isThere(folder, name))) return { path: join(folder, name) }
    const part = join(folder, kept.part)
    await mkdir(folder, { recursive: true })
    const speed = createSpeed()
    await untilDone(agents.link(site), control.signal, async (signal) => {
      control.waiting(agents.link(site).ready ? undefined : 'network')
      return fetchFile(
        {
          client: agents.client(site),
          way: ways.of(site),
          job,
          path,
          part,
          got: kept,
          onVersion(version) {
            Object.assign(kept, version, { pieces: undefined })
            control.waiting()
            control.save({ ...kept })
          },
          onBytes: (done, more) => control.progress({ done, total: kept.size ?? done, bytesPerSecond: speed(more) }),
          onPieces(pieces) {
            kept.pieces = pieces
            control.save({ ...kept })
          },
        },
        signal,
      )
    })
    const placed = await placeFile(part, folder, name, collision)
    await syncFolder(folder)
    return { path: placed }
  }

  const runner = createTaskRunner<Kept>(
    database,
    {
      kind: 'download',
      canPause: true,
      canCancel: () => true,
      async run({ site, body }, control) {
        const kept = { ...body }
        const needed = 'size' in kept ? (kept.size ?? 0) : 0
        try {
          return 'selection' in kept
            ? await saveTree({ agents, way: ways.of(site), site, kept, control })
            : await saveFile(site, kept, control)
        } catch (error) {
          throw localFailure(error, kept.name, needed)
        }
      },
      // What came whole of several files stays: it is what the user asked for.
      clean: async (kept) => {
        if ('part' in kept) await rm(join(kept.folder, kept.part), { force: true })
        else await rm(join(kept.folder, kept.partName), { force: true, recursive: true })
      },
    },
    log,
  )
  return {
    ...runner,
    async close() {
      await runner.close()
      ways.close()
    },
    taken: ({ name, to }) => isThere(to ?? downloadsFolder, localName(name)),
    save({ site, id, path, to, collision }, change) {
      agents.client(site)
      const name = localName(path)
      const part = `${name}.${randomUUID().slice(0, 8)}.part`
      const kept = { job: id, path, folder: to ?? downloadsFolder, name, part }
      const body: KeptFile = { ...kept, ...(collision === undefined ? {} : { collision }) }
      return runner.add({ change, site, title: name, body })
    },
    saveMany({ site, id, paths, filter, class: fileClass, newest, name, to, collision }, change) {
      agents.client(site)
      const selection: Selection = {
        paths,
        ...(filter === undefined ? {} : { filter }),
        ...(fileClass === undefined ? {} : { class: fileClass }),
        ...(newest === undefined ? {} : { newest }),
      }
      const local = localName(name)
      const partName = `${local}.${randomUUID().slice(0, 8)}.part`
      const kept = { job: id, selection, folder: to ?? downloadsFolder, name: local, partName }
      const body: KeptTree = { ...kept, ...(collision === undefined ? {} : { collision }) }
      return runner.add({ change, site, title: local, body })
    },
  }
}
