import type { IncomingMessage, ServerResponse } from 'node:http'
import { zstdDecompressSync } from 'node:zlib'
import type { UploadSet, UploadSetAnswer } from '../../contract/agent/uploads.ts'

interface Confirmed {
  at: number
  /** In a set of small files. */
  inSet: boolean
}

/**
 * What crossed the network, piece by piece: chunks of large files and small files of sets. It notices when a piece is sent once
 * more though the answer that confirmed it has gone by.
 */
export class SentLedger {
  readonly #confirmed = new Map<string, Confirmed>()
  /** Pieces that were sent although they had been confirmed. */
  readonly again: string[] = []
  /** Uploads of single files that chunks were sent for, by their ids at the agent. */
  readonly uploads = new Set<string>()
  /** How often something was sent, in which form. */
  readonly forms = { plain: 0, zstd: 0, recipe: 0, set: 0 }

  /** Forgets what was confirmed of sets less than so many milliseconds ago. */
  forgetSetsSince(ms: number): void {
    const from = performance.now() - ms
    for (const [piece, { at, inSet }] of this.#confirmed) if (inSet && at >= from) this.#confirmed.delete(piece)
  }

  /** Sees a request on its way. */
  readonly watch = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const chunk = /\/uploads\/([^/]+)\/chunks\/\d+$/.exec(incoming.url ?? '')
    if (chunk?.[1] !== undefined) this.#watchChunk(incoming, outgoing, chunk[1])
    else if (incoming.url === '/api/v2/uploads/sets') this.#watchSet(incoming, outgoing)
  }

  #watchChunk({ headers, url = '' }: IncomingMessage, outgoing: ServerResponse, upload: string): void {
    this.uploads.add(upload)
    const isRecipe = headers['content-type'] === 'application/vnd.headway.recipe'
    this.forms[isRecipe ? 'recipe' : headers['content-encoding'] === 'zstd' ? 'zstd' : 'plain'] += 1
    this.#sent(url)
    outgoing.on('finish', () => {
      if (outgoing.statusCode < 300) this.#confirmed.set(url, { at: performance.now(), inSet: false })
    })
  }

  #watchSet(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const [parts, answer]: [Buffer[], Buffer[]] = [[], []]
    this.forms.set += 1
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const body = Buffer.concat(parts)
      const keys = keysOf(incoming.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(body) : body)
      for (const key of keys) this.#sent(key)
    })
    outgoing.on('pipe', (source) => source.on('data', (part: Buffer) => answer.push(part)))
    outgoing.on('finish', () => {
      if (outgoing.statusCode >= 300) return
      const { files } = JSON.parse(Buffer.concat(answer).toString()) as UploadSetAnswer
      const at = performance.now()
      for (const file of files) if ('upload' in file) this.#confirmed.set(file.key, { at, inSet: true })
    })
  }

  #sent(piece: string): void {
    if (this.#confirmed.has(piece)) this.again.push(piece)
  }
}

/** Of the files of a set, by the contract's form of its body. */
function keysOf(body: Buffer): string[] {
  const set = JSON.parse(body.subarray(4, 4 + body.readUInt32BE(0)).toString()) as UploadSet
  return set.files.map(({ key }) => key)
}
