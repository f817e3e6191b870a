import type { Readable } from 'node:stream'

/** An open file, read at any place. In site mode the bytes come from a helper that runs as the user. */
export interface FileReader {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ buffer: Buffer; bytesRead: number }>
  stat(): Promise<{ size: number; mtime: Date }>
  /** `end` is inclusive. The file is closed with the stream. */
  createReadStream(range?: { start?: number; end?: number }): Readable
  close(): Promise<void>
}

/** One that is written as well, at any place. What is written may be fewer bytes than asked. A `FileHandle` is one. */
export interface FileWriter extends FileReader {
  write(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>
  /** The pieces one behind the other from `position` on; they must stay as they are until this has ended. */
  writev(pieces: readonly Buffer[], position: number): Promise<{ bytesWritten: number }>
  truncate(size: number): Promise<void>
  /** All that was written is on the disk; throws what writing it back has thrown. */
  sync(): Promise<void>
  datasync(): Promise<void>
}

export interface FileEntry {
  /** Relative to the folder that was listed, with `/`. */
  path: string
  size: number
  modified: Date
  kind: 'file' | 'folder'
}

/** One level of a folder. */
export interface FolderPage {
  entries: FileEntry[]
  /** Of all pages together. */
  total: number
}

/** Bytes. */
export interface Quota {
  used: number
  limit: number
}

/** A whole small file, and where it is to be. */
export interface NewFile {
  path: string
  bytes: Buffer
}

/** A file that was written, and the name that it is to have in its folder. */
export interface WrittenFile {
  path: string
  name: string
}

/**
 * The one way to a user's files: `self` where the agent is the user or owns all, in site mode a helper run as the user.
 * Every path is relative to the user's own area (`<uploads>/users/<username>/`, in site mode `~/.headway/`), with `/`, and
 * cannot leave it: `..`, absolute paths, NUL and symbolic links on the way are refused (Failure NAME_REFUSED / NOT_FOUND).
 * Folders 0700, files 0600. In site mode each may also throw ACCOUNT_REFUSED (the user may not be acted for) and
 * SCHEDULER_UNAVAILABLE (the helper has gone).
 */
export interface UserFiles {
  /** The absolute path, for the scheduler and for `storage_path`; checked, not created. */
  absolute(user: string, path: string): Promise<string>
  makeFolder(user: string, path: string): Promise<string>
  openRead(user: string, path: string): Promise<FileReader>
  /** For reading and writing, in a folder that exists. `exclusive`: it must not exist yet; else it is made or kept as it is. */
  openWrite(user: string, path: string, options: { exclusive: boolean }): Promise<FileWriter>
  /**
   * Writes many small files, in folders that are made where they are missing, all on the disk when this ends. What is at one
   * of the paths is an earlier try and goes. An outcome for each in order: what kept it from being written, which keeps no other.
   */
  writeFiles(user: string, files: readonly NewFile[]): Promise<(Error | undefined)[]>
  /**
   * Gives written files their names, on the disk when this ends: numbered where another file has the name; one that is there
   * already, byte by byte, is used instead. An outcome for each in order: its path, or what kept it from getting a name.
   */
  placeFiles(user: string, files: readonly WrittenFile[]): Promise<(string | Error)[]>
  /** Atomic; both inside the user's area, folder entries fsynced. */
  rename(user: string, from: string, to: string): Promise<void>
  /** A symbolic link made by the agent itself from a job's folder to an input of the same user. */
  link(user: string, target: string, at: string): Promise<void>
  /** A file or a whole folder; nothing there is fine. */
  remove(user: string, path: string): Promise<void>
  stat(user: string, path: string): Promise<FileEntry | undefined>
  /** Regular files below the folder, links left out, folder by folder in the order of names; at most `limit` entries. */
  list(user: string, path: string, limit: number): Promise<FileEntry[]>
  /**
   * One level: files and folders in the order of their names (by code unit), links and all else left out, as are `skip`.
   * Throws NOT_FOUND.
   */
  listFolder(
    user: string,
    path: string,
    page: { offset: number; limit: number; skip?: readonly string[] },
  ): Promise<FolderPage>
  /** Bytes, of the file system that holds the user's files; without a user of the one that holds the agent's. */
  space(user?: string): Promise<{ free: number; total: number }>
  /** Bytes of all files of the user; undefined where they are too many (100,000) to be counted on the way. */
  usage(user: string): Promise<number | undefined>
  /** The user's quota on the file system that holds their files; undefined where there is none, or none that is told. */
  quota(user: string): Promise<Quota | undefined>
}
