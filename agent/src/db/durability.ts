import { open } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Makes what was committed survive a loss of power. SQLite itself syncs its log at the next checkpoint alone (`synchronous =
 * NORMAL`), and would block the agent while it does. The log carries no locks, so it may be opened beside SQLite.
 */
export class Durability {
  readonly #log: string
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  /** @param folder That of the database. */
  constructor(folder: string) {
    this.#log = join(folder, 'headway.db-wal')
  }

  /** Ends when all that was committed before the call is on the disk. Those who ask while one is under way share the next. */
  sync(): Promise<void> {
    this.#next ??= this.#after(this.#running)
    return this.#next
  }

  async #after(running: Promise<void>): Promise<void> {
    await running.catch(() => {})
    this.#running = this.#next ?? running
    this.#next = undefined
    const log = await open(this.#log)
    try {
      await log.sync()
    } finally {
      await log.close()
    }
  }
}
