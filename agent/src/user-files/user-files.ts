import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'

/** An open file, read at any place. In site mode the bytes come from a helper that runs as the user. */
export interface FileReader {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ buffer: Buffer; bytesRead: number }>
  stat(): Promise<{ size: number; mtime: Date }>
  /** `end` is inclusive. The file is closed with the stream. */
  createReadStream(range?: { start?: number; end?: number }): Readable
  close(): Promise<void>
}

export interface FileEntry {
  /** Relative to the folder that was listed, with `/`. */
  path: string
  size: number
  modified: Date
  kind: 'file' | 'folder'
}

/**
 * The one way to a user's files. Today `self` (the agent is the user, or owns all); in site mode a helper run as the user.
 * Every path is relative to the user's own area `<uploads>/users/<username>/`, with `/`, and cannot leave it: `..`,
 * absolute paths, NUL and symbolic links on the way are refused (Failure NAME_REFUSED / NOT_FOUND). Folders 0700, files 0600.
 */
export interface UserFiles {
  /** The absolute path, for the scheduler and for `storage_path`; checked, not created. */
  absolute(user: string, path: string): string
  makeFolder(user: string, path: string): Promise<string>
  openRead(user: string, path: string): Promise<FileReader>
  /** For reading and writing, in a folder that exists. `exclusive`: it must not exist yet; else it is made or kept as it is. */
  openWrite(user: string, path: string, options: { exclusive: boolean }): Promise<FileHandle>
  /** Atomic; both inside the user's area, folder entries fsynced. */
  rename(user: string, from: string, to: string): Promise<void>
  /** A symbolic link made by the agent itself from a job's folder to an input of the same user. */
  link(user: string, target: string, at: string): Promise<void>
  /** A file or a whole folder; nothing there is fine. */
  remove(user: string, path: string): Promise<void>
  stat(user: string, path: string): Promise<FileEntry | undefined>
  /** Regular files below the folder, links left out, folder by folder in the order of names; at most `limit` entries. */
  list(user: string, path: string, limit: number): Promise<FileEntry[]>
  /** Bytes, of the file system that holds the uploads. */
  space(): Promise<{ free: number; total: number }>
}
