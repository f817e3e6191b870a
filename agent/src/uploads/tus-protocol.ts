import { Failure } from '../kit/failure.ts'
import type { Opening } from './opening.ts'

/** tus 1.0.0 (https://tus.io/protocols/resumable-upload). */
export const TUS_VERSION = '1.0.0'
export const TUS_EXTENSIONS = 'creation,creation-with-upload,expiration,checksum,termination'
/** Of the checksum extension. Named as tus names them, which is as Node does. */
export const TUS_CHECKSUMS = ['sha256', 'sha1', 'md5']
export const TUS_BYTES = 'application/offset+octet-stream'

/** What a page's script must be able to read of the answers. */
export const TUS_HEADERS = [
  'Location',
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
]

/** A refusal with the status that tus asks for, where ours would be another. */
export class TusFailure extends Failure {
  readonly #status: number

  constructor(status: number, ...rest: ConstructorParameters<typeof Failure>) {
    super(...rest)
    this.#status = status
  }

  override get status(): number {
    return this.#status
  }
}

const wrong = (header: string): Failure =>
  new Failure('BAD_REQUEST', `The header ${header} does not fit.`, { details: { header } })

/** A header that is a number of bytes. Throws BAD_REQUEST. */
export function bytesIn(header: string, value: string | string[] | undefined): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number)) throw wrong(header)
  return number
}

/** `Upload-Metadata`: pairs of a key and, where it has one, a value in Base64. Throws BAD_REQUEST. */
export function metadataIn(value: string): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const pair of value.split(',')) {
    const match = /^\s*([\x21-\x2b\x2d-\x7e]+)(?: ([A-Za-z0-9+/]*={0,2}))?\s*$/.exec(pair)
    const [, key = '', encoded = ''] = match ?? []
    if (match === null || pairs.has(key)) throw wrong('Upload-Metadata')
    pairs.set(key, Buffer.from(encoded, 'base64').toString('utf8'))
  }
  return pairs
}

/** What a client of Uppy's kind says where it has nothing to say. */
const isSaid = (value: string | undefined): value is string => value !== undefined && value !== '' && value !== 'null'

/**
 * What an upload is to be, out of its metadata: `filename` (or `name`), `folder` or Uppy's `relativePath` (which ends in the
 * name), `job_id` or `label`. Throws BAD_REQUEST without a name.
 */
export function openingOf(metadata: ReadonlyMap<string, string>): Pick<Opening, 'name' | 'folder' | 'label'> {
  const said = (...keys: string[]) => keys.map((key) => metadata.get(key)).find(isSaid)
  const name = said('filename', 'name')
  if (name === undefined) {
    throw new Failure('BAD_REQUEST', 'The metadata of the upload name no file.', {
      details: { header: 'Upload-Metadata' },
    })
  }
  const path = said('relativePath')
  const folder = said('folder') ?? path?.replace(/^\/+/, '').split('/').slice(0, -1).join('/')
  return { name, folder, label: said('job_id', 'label') }
}

/** What a request's bytes must hash to. */
export interface TusChecksum {
  algorithm: string
  digest: Buffer
}

/** `Upload-Checksum`. Throws BAD_REQUEST, also for an algorithm that is not among ours. */
export function checksumIn(value: string | string[] | undefined): TusChecksum | undefined {
  if (value === undefined) return undefined
  const [, algorithm = '', encoded = ''] = /^(\w+) ([A-Za-z0-9+/]+={0,2})$/.exec(String(value)) ?? []
  if (!TUS_CHECKSUMS.includes(algorithm)) throw wrong('Upload-Checksum')
  return { algorithm, digest: Buffer.from(encoded, 'base64') }
}
