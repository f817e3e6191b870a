import type { Hub } from '../kit/agent.ts'
import type { UploadRow } from './store.ts'

const EVERY_MS = 200

/** Percent with one decimal, 100 only when all has arrived. */
export const percent = (arrived: number, total: number): number =>
  total === 0 || arrived === total ? 100 : Math.floor((arrived / total) * 1000) / 10

/** Tells the user's connections how an upload goes: at most five times a second each, the last word always. */
export class ProgressEvents {
  readonly #hub: Hub
  readonly #waiting = new Map<string, { timer: NodeJS.Timeout; latest?: () => void }>()

  constructor(hub: Hub) {
    this.#hub = hub
  }

  publish(row: UploadRow, arrived: number): void {
    const send = () => this.#send(row, arrived)
    if (row.status !== 'receiving') {
      clearTimeout(this.#waiting.get(row.id)?.timer)
      this.#waiting.delete(row.id)
      return send()
    }
    const waiting = this.#waiting.get(row.id)
    if (waiting !== undefined) {
      waiting.latest = send
      return
    }
    send()
    this.#wait(row.id)
  }

  close(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
  }

  #wait(id: string): void {
    const timer = setTimeout(() => {
      const latest = this.#waiting.get(id)?.latest
      this.#waiting.delete(id)
      if (latest === undefined) return
      latest()
      this.#wait(id)
    }, EVERY_MS)
    this.#waiting.set(id, { timer: timer.unref() })
  }

  #send(row: UploadRow, arrived: number): void {
    const data = {
      upload_id: row.id,
      uploaded_chunks: arrived,
      total_chunks: row.total_chunks,
      progress: percent(arrived, row.total_chunks),
      status: row.status,
    }
    this.#hub.publish(
      'upload',
      { type: 'upload_progress', data, timestamp: new Date().toISOString() },
      { user: row.user },
    )
  }
}
