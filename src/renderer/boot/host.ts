import type { Port } from '../../rpc/port.ts'
import type { SourceRef } from '../../../contract/uploads.ts'
import type { ByteChannel } from './byte-channel.ts'

/** A file that is opened only when its bytes are asked for. `size` in bytes, `modified` in ms since 1970. */
export interface PageEntry {
  size: number
  modified: number
  /** Opened again after a change, it is the new version. */
  reopens: boolean
  open(): Promise<File>
}

/** What the surroundings of the page supply: a way to the core, and bytes in both directions. */
export interface Host {
  /** A new port to the core; rejects while the core cannot be reached. */
  connect(): Promise<Port>
  /** How the core reads a dropped or picked file. */
  sourceOf(file: File | PageEntry): SourceRef
  /** Starts the download that a one-time ticket stands for (hosts with `browserDownloads`). */
  download(ticket: string): void
  /** The byte stream that a ticket of `desktops.open` stands for. What fails later closes the channel. */
  openViewer(ticket: string): ByteChannel
}

/** The page was opened without a session: the person has to open the printed address. */
export class NoSessionError extends Error {
  constructor() {
    super('no session')
    this.name = 'NoSessionError'
  }
}
