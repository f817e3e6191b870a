import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Input } from '../../../contract/app.ts'
import type { Selection } from '../../../contract/results.ts'
import { untilDone, type Agents } from '../agent-client/index.ts'
import { syncFolder } from '../kit/files.ts'
import type { Logger } from '../platform.ts'
import { createTaskRunner, type Control, type TaskRunner } from '../tasks/index.ts'
import { createSpeed, fetchRest, type Version } from './fetch.ts'
import { localFailure, localName, placeFile } from './local-file.ts'
import { saveTree, type KeptTree } from './save-tree.ts'

/** A download of one file as it is kept; the bytes that came lie in the part file. */
interface KeptFile extends Version {
  job: string
  path: string
  folder: string
  name: string
  part: string
}
/** Of one file, or of several. */
type Kept = KeptFile | KeptTree

export interface Downloads extends Omit<TaskRunner, 'add'> {
  /** The task's id; the same for the same change. */
  save(input: Input<'results', 'save'>, change: string): string
  saveMany(input: Input<'results', 'saveMany'>, change: string): string
}

/** Result files saved on this machine, as tasks: resumed after any cut, whole under their name or not there at all. */
export function createDownloads(parts: {
  database: DatabaseSync
  agents: Agents
  downloadsFolder: string
  log: Logger
}): Downloads {
  const { database, agents, downloadsFolder, log } = parts

  async function saveFile(site: string, kept: KeptFile, control: Control<Kept>): Promise<{ path: string }> {
    const part = join(kept.folder, kept.part)
    await mkdir(kept.folder, { recursive: true })
    const speed = createSpeed()
    await untilDone(agents.link(site), control.signal, async (signal) => {
      control.waiting(agents.link(site).ready ? undefined : 'network')
      const { job, path } = kept
      return fetchRest(
        {
          client: agents.client(site),
          job,
          path,
          part,
          version: kept,
          onVersion(version) {
            Object.assign(kept, version)
            control.waiting()
            control.save({ ...kept })
          },
          onBytes: (done, more) => control.progress({ done, total: kept.size ?? done, bytesPerSecond: speed(more) }),
        },
        signal,
      )
    })
    const path = await placeFile(part, kept.folder, kept.name)
    await syncFolder(kept.folder)
    return { path }
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
            ? await saveTree({ agents, site, kept, control })
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
    save({ site, id, path, to }, change) {
      agents.client(site)
      const name = localName(path)
      const part = `${name}.${randomUUID().slice(0, 8)}.part`
      const body = { job: id, path, folder: to ?? downloadsFolder, name, part }
      return runner.add({ change, site, title: name, body })
    },
    saveMany({ site, id, paths, filter, class: fileClass, name, to }, change) {
      agents.client(site)
      const selection: Selection = {
        paths,
        ...(filter === undefined ? {} : { filter }),
        ...(fileClass === undefined ? {} : { class: fileClass }),
      }
      const local = localName(name)
      const partName = `${local}.${randomUUID().slice(0, 8)}.part`
      const body: KeptTree = { job: id, selection, folder: to ?? downloadsFolder, name: local, partName }
      return runner.add({ change, site, title: local, body })
    },
  }
}
