import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { Failure } from '../kit/failure.ts'
import { Accounts } from './accounts.ts'
import { type Answer, type CallOptions, HelperLost } from './channel.ts'
import { Helper } from './helper.ts'

const LONGEST_SWEEP_MS = 15_000
/** A start that was refused is not tried again at once: each is a line in the system's log. */
const REFUSED_KEPT_MS = 5_000
const FAILED_KEPT_MS = 500
/** An older one is replaced as soon as it is idle, so that sudo is asked again whether the user is still allowed. */
const MAX_AGE_MS = 3_600_000
/** Processes of one user that have been let go of and do not end. */
const MAX_STUCK = 3

const stuck = () =>
  new Failure(
    'SCHEDULER_UNAVAILABLE',
    'Your files on the cluster do not answer. Ask the administrator whether their file system is well.',
  )

/** The helpers of all users who are served now, one each, started when they are needed. */
export class Helpers {
  readonly #config: Pick<Config, 'siteMode'>
  readonly #log: Logger
  readonly #accounts = new Accounts()
  readonly #started = new Map<string, Promise<Helper>>()
  readonly #running = new Set<Helper>()
  readonly #processes = new Map<string, number>()
  readonly #failed = new Map<string, { until: number; error: Failure }>()
  readonly #areas = new Map<string, string>()
  readonly #sweep: NodeJS.Timeout

  constructor(config: Pick<Config, 'siteMode'>, log: Logger) {
    this.#config = config
    this.#log = log
    const sweepMs = Math.min(LONGEST_SWEEP_MS, config.siteMode.idleSeconds * 500)
    this.#sweep = setInterval(() => this.#endIdle(), sweepMs).unref()
  }

  /** How many run. */
  get size(): number {
    return this.#running.size
  }

  /**
   * The helper of this user, ready.
   *
   * @throws Failure ACCOUNT_REFUSED, SCHEDULER_UNAVAILABLE.
   */
  async of(user: string): Promise<Helper> {
    const known = this.#started.get(user)
    const helper = await known
    if (helper !== undefined && !helper.ended) return helper
    // Another caller may have begun while this one waited.
    if (this.#started.get(user) !== known) return this.of(user)
    const failed = this.#failed.get(user)
    if (failed !== undefined && failed.until > Date.now()) throw failed.error
    const starting = this.#start(user)
    this.#started.set(user, starting)
    starting.catch((error: unknown) => {
      if (this.#started.get(user) === starting) this.#started.delete(user)
      if (!(error instanceof Failure)) return
      const kept = error.code === 'ACCOUNT_REFUSED' ? REFUSED_KEPT_MS : FAILED_KEPT_MS
      this.#failed.set(user, { until: Date.now() + kept, error })
    })
    return starting
  }

  /** One operation. With `again`, for what may be done twice, a helper that is lost on the way is replaced once. */
  async call(
    user: string,
    op: string,
    header: object = {},
    options: CallOptions & { again?: boolean } = {},
  ): Promise<Answer> {
    try {
      return await (await this.of(user)).call(op, header, options)
    } catch (error) {
      if (!(error instanceof HelperLost) || options.again !== true) throw error
      return (await this.of(user)).call(op, header, options)
    }
  }

  /** Absolute path of the user's area; a helper is started where it is not known yet. */
  async areaOf(user: string): Promise<string> {
    return this.#areas.get(user) ?? (await this.of(user)).area
  }

  /** Absolute path of the user's home. */
  async homeOf(user: string): Promise<string> {
    return (await this.#accounts.of(user)).home
  }

  /** The number of the user's account. */
  async uidOf(user: string): Promise<number> {
    return (await this.#accounts.of(user)).uid
  }

  async #start(user: string): Promise<Helper> {
    const { uid } = await this.#accounts.of(user)
    this.#makeRoom()
    const processes = this.#processes.get(user) ?? 0
    if (processes >= MAX_STUCK) throw stuck()
    const { sudo, helper: path } = this.#config.siteMode
    const helper = new Helper(user, [sudo, '-n', '-u', user, '--', path], this.#log, () => this.#running.delete(helper))
    this.#running.add(helper)
    this.#count(user, 1)
    void helper.gone.then(() => this.#count(user, -1))
    await helper.start(uid)
    this.#areas.set(user, helper.area)
    return helper
  }

  #count(user: string, change: 1 | -1): void {
    const processes = (this.#processes.get(user) ?? 0) + change
    if (processes > 0) this.#processes.set(user, processes)
    else this.#processes.delete(user)
  }

  /** Ends the helper that was idle for longest where there are too many. Throws SCHEDULER_UNAVAILABLE where none is idle. */
  #makeRoom(): void {
    if (this.#running.size < this.#config.siteMode.maxHelpers) return
    const idle = [...this.#running].filter((helper) => helper.idle).sort((a, b) => a.lastUsed - b.lastUsed)[0]
    if (idle === undefined) {
      throw new Failure(
        'SCHEDULER_UNAVAILABLE',
        'More users are at work on the cluster than its agent can serve at once. Try again in a minute.',
      )
    }
    this.#forget(idle, 'another user needs its place')
  }

  #endIdle(): void {
    const now = Date.now()
    const before = now - this.#config.siteMode.idleSeconds * 1000
    for (const helper of this.#running) {
      const isDone = helper.lastUsed < before || helper.startedAt < now - MAX_AGE_MS
      if (helper.idle && isDone) this.#forget(helper, 'nothing to do')
    }
    for (const [user, { until }] of this.#failed) if (until < now) this.#failed.delete(user)
  }

  #forget(helper: Helper, reason: string): void {
    this.#started.delete(helper.user)
    helper.end(reason)
  }

  close(): void {
    clearInterval(this.#sweep)
    for (const helper of this.#running) this.#forget(helper, 'the agent ends')
  }
}
