import type { Static, TSchema } from 'typebox'
import type { JobView } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { UserFiles } from '../user-files/index.ts'
import { EndedFile, MOST_BYTES, parsed, SESSION, SessionFile, StatsFile } from './session.ts'
import { obfuscated, PASSWORD_LENGTH } from './vnc-password.ts'

type Place = Pick<JobView, 'user' | 'folder'>

const at = ({ folder }: Place, name: string): string => `${folder}/${SESSION}/${name}`

/** Secrets, and what leads to a server that is gone. */
const leftovers = ['password', 'passwd', 'passwd.new', 'session.json', 'stats.json']

/** What a session keeps in its folder, read and changed as its user. Failure ACCOUNT_REFUSED, SCHEDULER_UNAVAILABLE. */
export interface SessionFiles {
  session(job: Place): Promise<SessionFile | undefined>
  stats(job: Place): Promise<StatsFile | undefined>
  ended(job: Place): Promise<EndedFile | undefined>
  /** Failure WRONG_STATE where there is none. */
  password(job: Place): Promise<string>
  /** Gives the server a second password, to watch with, in the place of any other. Failure WRONG_STATE. */
  setViewPassword(job: Place, password: string | undefined): Promise<void>
  removeLeftovers(job: Place): Promise<void>
}

/** Bytes of a small file; undefined where there is none, or one that is no such file. */
async function smallFile(files: UserFiles, { user }: Place, path: string): Promise<Buffer | undefined> {
  const file = await files.openRead(user, path).catch((error: unknown) => {
    if (error instanceof Failure && (error.code === 'NOT_FOUND' || error.code === 'NAME_REFUSED')) return undefined
    throw error
  })
  if (file === undefined) return undefined
  try {
    // One byte more than is taken: a larger file shows itself, however fast it grows.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES + 1), 0, MOST_BYTES + 1, 0)
    return bytesRead > MOST_BYTES ? undefined : buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const gone = () => new Failure('WRONG_STATE', 'The desktop has no X server just now. Look at its state again.')

export function createSessionFiles({ files }: Pick<Agent, 'files'>): SessionFiles {
  async function read<T extends TSchema>(job: Place, name: string, schema: T): Promise<Static<T> | undefined> {
    return parsed(schema, (await smallFile(files, job, at(job, name)))?.toString('utf8'))
  }

  return {
    session: (job) => read(job, 'session.json', SessionFile),
    stats: (job) => read(job, 'stats.json', StatsFile),
    ended: (job) => read(job, 'ended.json', EndedFile),

    async password(job) {
      const text = (await smallFile(files, job, at(job, 'password')))?.toString('latin1').trimEnd() ?? ''
      if (!/^[A-Za-z0-9]{1,8}$/.test(text)) throw gone()
      return text
    },

    async setViewPassword(job, password) {
      const kept = await smallFile(files, job, at(job, 'passwd'))
      if (kept === undefined || kept.length < PASSWORD_LENGTH) throw gone()
      const own = kept.subarray(0, PASSWORD_LENGTH)
      const entries = password === undefined ? [own] : [own, obfuscated(password)]
      // By rename: the server reads the file at every connection, and half of it would be another password.
      const fresh = at(job, 'passwd.new')
      await files.remove(job.user, fresh)
      const file = await files.openWrite(job.user, fresh, { exclusive: true })
      try {
        await file.writev(entries, 0)
      } finally {
        await file.close()
      }
      await files.rename(job.user, fresh, at(job, 'passwd'))
    },

    async removeLeftovers(job) {
      for (const name of leftovers) await files.remove(job.user, at(job, name))
    },
  }
}
