import type { JobView } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { Uploads } from '../uploads/index.ts'
import { numberedName } from '../uploads/index.ts'
import { storedFolder, storedName } from '../user-files/index.ts'
import { type Folders, isOurs, parentOf, placeOf } from './folder.ts'

/** How a change comes. `again`: it may have been made before, and the answer was lost; what it left is then its success. */
export interface Manner {
  again: boolean
}

/** Changes to a job's folder. Each throws Failure NAME_REFUSED, NOT_FOUND, CONFLICT. */
export interface FolderChanges {
  makeFolder(job: JobView, path: string, manner: Manner): Promise<string>
  /** Nothing is overwritten: CONFLICT where the new name is taken. */
  rename(job: JobView, from: string, to: string, manner: Manner): Promise<string>
  /** Files and whole folders; gives how many were there. None is removed where one may not be. */
  remove(job: JobView, paths: readonly string[], manner: Manner): Promise<number>
  /** Moves a finished upload of the user here, with a number where the name is taken; the same again gives the same. */
  place(job: JobView, uploadId: string, path: string): Promise<string>
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** Neither the agent's own place, nor what the job was given, nor a folder around it. */
function refuseUnlessTheirs(job: JobView, path: string): void {
  if (isOurs(path)) throw new Failure('NOT_FOUND', 'There is no such file in this job.')
  const input = job.inputs.find(({ name }) => name === path || name.startsWith(`${path}/`))
  if (input !== undefined) {
    throw new Failure('CONFLICT', `"${input.name}" is an input of this job, a link to your upload. It stays as it is.`)
  }
}

/** A name made by a user: in NFC, each segment storable, and not ours. */
function chosen(job: JobView, path: string): string {
  const folder = storedFolder(parentOf(path))
  const name = storedName(nameOf(path))
  const whole = folder === '' ? name : `${folder}/${name}`
  refuseUnlessTheirs(job, whole)
  return whole
}

export function createFolderChanges(
  agent: Agent,
  { uploads, folders }: { uploads: Uploads; folders: Folders },
): FolderChanges {
  const { files } = agent

  /** A link there is refused by stat itself. */
  const entryAt = (job: JobView, path: string) => files.stat(job.user, placeOf(job, path))

  async function refuseTaken(job: JobView, path: string): Promise<void> {
    if ((await entryAt(job, path)) !== undefined) {
      throw new Failure('CONFLICT', `"${nameOf(path)}" exists already. Choose another name, or remove it first.`)
    }
  }

  return {
    async makeFolder(job, path, { again }) {
      const whole = chosen(job, path)
      if (again && (await entryAt(job, whole))?.kind === 'folder') return whole
      await refuseTaken(job, whole)
      await files.makeFolder(job.user, placeOf(job, whole))
      folders.forget(job)
      return whole
    },

    async rename(job, from, to, { again }) {
      refuseUnlessTheirs(job, from)
      const whole = chosen(job, to)
      if (whole === from) return whole
      if (whole.startsWith(`${from}/`)) throw new Failure('CONFLICT', 'A folder cannot be moved into itself.')
      if ((await entryAt(job, from)) === undefined) {
        if (again && (await entryAt(job, whole)) !== undefined) return whole
        throw new Failure('NOT_FOUND', `There is no "${nameOf(from)}" in this job any more.`)
      }
      await refuseTaken(job, whole)
      await files.rename(job.user, placeOf(job, from), placeOf(job, whole))
      folders.forget(job)
      return whole
    },

    async remove(job, paths, { again }) {
      const there: string[] = []
      for (const path of paths) {
        refuseUnlessTheirs(job, path)
        if ((await entryAt(job, path)) !== undefined) there.push(path)
      }
      for (const path of there) await files.remove(job.user, placeOf(job, path))
      folders.forget(job)
      return again ? paths.length : there.length
    },

    async place(job, uploadId, path) {
      const whole = chosen(job, path)
      const { path: lies } = await uploads.stored(job.user, uploadId)
      const within = placeOf(job, '')
      // Placed before; the answer was lost.
      if (lies.startsWith(`${within}/`)) return lies.slice(within.length + 1)
      const folder = parentOf(whole)
      await files.makeFolder(job.user, placeOf(job, folder))
      for (let number = 1; ; number++) {
        const name = numberedName(nameOf(whole), number)
        const at = folder === '' ? name : `${folder}/${name}`
        const isInput = job.inputs.some((input) => input.name === at)
        if (isInput || (await entryAt(job, at)) !== undefined) continue
        await uploads.move(job.user, uploadId, placeOf(job, at))
        folders.forget(job)
        return at
      }
    },
  }
}
