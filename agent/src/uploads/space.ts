import type { Config } from '../config.ts'
import { Failure } from '../kit/failure.ts'
import type { UserFiles } from '../user-files/index.ts'
import type { Reservations } from './reservations.ts'

/** Asking for a quota starts a command; a folder of thousands of files is opened within seconds. */
const QUOTA_MS = 10_000

/** Bytes. */
interface Left {
  free: number
  /** The quota, where that is what leaves so little. */
  limit?: number
}

interface Look extends Required<Left> {
  /** Milliseconds since 1970. */
  at: number
}

export const gigabytes = (bytes: number): string => `${Math.round((bytes / 2 ** 30) * 100) / 100} GB`

/** Space on the disk and in the user's quota, less what open uploads have been promised. */
export class Space {
  readonly #files: Pick<UserFiles, 'space' | 'quota'>
  readonly #reservations: Reservations
  readonly #isShared: boolean
  readonly #looks = new Map<string, Look | { at: number }>()

  constructor(parts: {
    config: Pick<Config, 'runAs'>
    files: Pick<UserFiles, 'space' | 'quota'>
    reservations: Reservations
  }) {
    this.#files = parts.files
    this.#reservations = parts.reservations
    // All files belong to the agent's own account: so does the quota.
    this.#isShared = parts.config.runAs === 'self'
  }

  /** Throws NO_SPACE (`details`: `needed`, `free`, for a quota `limit`) where `size` bytes more would not fit. */
  async check(user: string, size: number): Promise<void> {
    const disk = Math.max(0, (await this.#files.space(user)).free - this.#reservations.total)
    if (size > disk) throw notEnough(size, { free: disk })
    const quota = await this.#quota(user, size)
    if (quota === undefined) return
    if (size > quota.free) throw notEnough(size, quota)
    quota.free -= size
  }

  /** The answer where the disk or the quota turned out to be full though `needed` bytes had been promised. */
  async full(user: string, needed: number): Promise<Failure> {
    const { free: disk } = await this.#files.space(user)
    const quota = await this.#files.quota(user)
    const left = quota === undefined ? disk : Math.max(0, quota.limit - quota.used)
    const isQuota = quota !== undefined && left < disk
    const what = isQuota ? 'The quota of your files on the cluster is used up' : 'The disk of the cluster is full'
    return new Failure('NO_SPACE', `${what}. What has arrived is kept.`, {
      details: isQuota ? { needed, free: left, limit: quota.limit } : { needed, free: disk },
    })
  }

  /** What the quota leaves. One that was looked at a moment ago counts, unless it would be the reason for a refusal. */
  async #quota(user: string, size: number): Promise<Look | undefined> {
    const key = this.#isShared ? '' : user
    const known = this.#looks.get(key)
    if (known !== undefined && known.at > Date.now() - QUOTA_MS) {
      if (!('free' in known)) return undefined
      if (size <= known.free) return known
    }
    const quota = await this.#files.quota(user)
    const at = Date.now()
    const promised = this.#isShared ? this.#reservations.total : this.#reservations.of(user)
    const look =
      quota === undefined
        ? undefined
        : { at, limit: quota.limit, free: Math.max(0, quota.limit - quota.used - promised) }
    this.#looks.set(key, look ?? { at })
    return look
  }
}

function notEnough(needed: number, { free, limit }: Left): Failure {
  const sentence =
    limit === undefined
      ? `There is not enough space on the cluster: ${gigabytes(needed)} needed, ${gigabytes(free)} free.`
      : `The quota of your files on the cluster does not leave enough: ${gigabytes(needed)} needed, ${gigabytes(free)} of ${gigabytes(limit)} free.`
  return new Failure('NO_SPACE', sentence, { details: { needed, free, ...(limit === undefined ? {} : { limit }) } })
}
