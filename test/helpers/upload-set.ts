import { createHash, randomUUID } from 'node:crypto'
import type { UploadSet, UploadSetAnswer } from '../../contract/agent/uploads.ts'
import type { Answer, UploadClient } from './upload-client.ts'
import { treeDigest } from './upload-client.ts'

export type ListedFile = UploadSet['files'][number]

/** A file of a set that a test has filled as it likes. */
export interface PackedFile {
  listed: ListedFile
  bytes: Buffer
}

/** One file as the app puts it into a set; `listed` overrides what is said of it. */
export function packed(bytes: Buffer, listed: Partial<ListedFile> = {}): PackedFile {
  const usual = { key: randomUUID(), name: 'a.txt', size: bytes.length, chunk_size: 262_144 }
  return { listed: { ...usual, digest: treeDigest(bytes, 262_144), ...listed }, bytes }
}

/** The body as the contract has it, computed independently of app and agent. */
export function setBody(files: readonly PackedFile[]): Buffer {
  const text = Buffer.from(JSON.stringify({ files: files.map(({ listed }) => listed) }))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text, ...files.map(({ bytes }) => bytes)])
}

/** Bytes that are different for every number and the same for the same one. */
export const numbered = (number: number, length: number): Buffer => {
  const line = `${createHash('sha256').update(String(number)).digest('hex')}\n`
  return Buffer.from(line.repeat(Math.ceil(length / line.length))).subarray(0, length)
}

export const sendBody = (
  client: UploadClient,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<Answer<UploadSetAnswer>> =>
  client.call<UploadSetAnswer>('POST', '/api/v2/uploads/sets', {
    body: new Uint8Array(body),
    headers: { 'content-type': 'application/vnd.headway.set', ...headers },
  })

export const sendSet = (client: UploadClient, files: readonly PackedFile[]): Promise<Answer<UploadSetAnswer>> =>
  sendBody(client, setBody(files))

/** What became of each file, by its name or the code of its refusal. */
export const outcomes = ({ body }: Answer<UploadSetAnswer>): string[] =>
  body.files.map((file) => ('upload' in file ? file.upload.status : file.error.code))
