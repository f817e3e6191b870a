import { type ChildProcess, spawn } from 'node:child_process'
import type { Logger } from 'pino'
import { Failure } from '../kit/failure.ts'
import { type Answer, type CallOptions, Channel, HelperLost } from './channel.ts'
import { accountRefused } from './refusal.ts'

const START_MS = 20_000
/** Of standard error: enough for a sentence of sudo or the end of a stack. */
const MAX_COMPLAINT = 4096

/** What sudo says where its rules do not allow it; LC_ALL=C keeps it English. */
const REFUSAL = /password is required|not allowed to|may not run|not in the sudoers|unknown user|a terminal is required/

/** One helper: a process that `sudo` runs as its user. It ends when its standard input is closed. */
export class Helper {
  readonly user: string
  /** Absolute; known once it has started. */
  area = ''
  readonly startedAt = Date.now()
  lastUsed = Date.now()
  /** Files that are open in it. */
  open = 0
  readonly #channel: Channel
  readonly #process: ChildProcess
  readonly #log: Logger
  readonly #gone: Promise<number | null>
  #complaint = ''

  constructor(user: string, command: readonly string[], log: Logger, onEnd: () => void) {
    this.user = user
    this.#log = log
    const [path = '', ...args] = command
    const child = spawn(path, args, {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      // Its own group: what a terminal sends to the agent is not for it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#process = child
    this.#gone = new Promise((resolve) => {
      child.once('exit', resolve)
      child.once('error', (error) => {
        this.#complaint += error.message
        resolve(null)
      })
    })
    child.stderr.on('data', (piece: Buffer) => {
      this.#complaint = (this.#complaint + piece.toString('utf8')).slice(-MAX_COMPLAINT)
    })
    child.stderr.on('error', () => {})
    this.#channel = new Channel(child.stdout, child.stdin, (reason) => {
      log.debug({ user, reason }, 'a helper has ended')
      onEnd()
    })
  }

  get ended(): boolean {
    return this.#channel.ended
  }

  /** Resolves when its process is gone, which may be later than its end: one that waits for a dead file system stays. */
  get gone(): Promise<unknown> {
    return this.#gone
  }

  /** Nothing under way and nothing open. */
  get idle(): boolean {
    return this.area !== '' && this.open === 0 && this.#channel.calls === 0
  }

  /** Resolves when it is ready. Throws ACCOUNT_REFUSED, SCHEDULER_UNAVAILABLE. */
  async start(uid: number): Promise<void> {
    const timer = setTimeout(() => this.#channel.end('it did not start'), START_MS)
    try {
      const hello = await this.#channel.hello
      // sudo was asked for a name, the helper says a number: one account must be meant by both.
      if (hello.user !== this.user || hello.uid !== uid) throw accountRefused('not-allowed')
      this.area = hello.area
    } catch (error) {
      this.#channel.end('it could not start')
      throw error instanceof HelperLost ? await this.#whyNot() : error
    } finally {
      clearTimeout(timer)
    }
  }

  /** The reason of a process that ended without a word of ours. */
  async #whyNot(): Promise<Failure> {
    const code = await Promise.race([this.#gone, new Promise<null>((resolve) => setTimeout(resolve, 1000, null))])
    const { user } = this
    this.#log.warn({ user, code, said: this.#complaint.trim() }, 'a helper could not be started')
    if (code !== null && REFUSAL.test(this.#complaint)) return accountRefused('not-allowed')
    return new Failure(
      'SCHEDULER_UNAVAILABLE',
      "The helper that works with your files on the cluster could not be started. Ask the administrator: the agent's log says why.",
    )
  }

  /** See Channel.call. */
  async call(op: string, header: object = {}, options?: CallOptions): Promise<Answer> {
    this.lastUsed = Date.now()
    try {
      return await this.#channel.call(op, header, options)
    } catch (error) {
      if (error instanceof HelperLost && this.#complaint !== '') {
        this.#log.warn({ user: this.user, said: this.#complaint.trim() }, 'a helper was lost')
        this.#complaint = ''
      }
      throw error
    } finally {
      this.lastUsed = Date.now()
    }
  }

  /** It ends by itself when its input is closed; nobody but root could end it otherwise. */
  end(reason: string): void {
    this.#channel.end(reason)
    this.#process.unref()
  }
}
