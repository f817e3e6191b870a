/** A chunk of a file, read and hashed. */
export interface Chunk {
  index: number
  bytes: Uint8Array
  /** SHA-256 of the bytes. */
  digest: Uint8Array
}

/** A chunk as it goes over the network. */
export interface Packed {
  body: Uint8Array
  /** Fields of the request in lower case: what the body is, and the digest that the agent has to find. */
  headers: Record<string, string>
  /** Bytes of the chunk that the cluster had already. */
  reused: number
  /** The agent could not make the chunk out of it. */
  refused?: () => void
}

/** A chunk that is sent without being read, by a digest computed before. */
export interface KnownChunk {
  packed: Packed
  digest: Uint8Array
}

/**
 * Puts one chunk of a file into the form in which it is sent; undefined where it has nothing better than the chunk itself.
 * The bytes are the chunk's own only until it resolves: a body must not be a view into them. Bodies are compressed
 * afterwards where that pays. A chunk that the agent refuses in this form (404, 422) is sent as it is.
 */
export type Packing = (chunk: Chunk, signal: AbortSignal) => Promise<Packed | undefined>

const field = (digest: Uint8Array): string => `sha-256=:${Buffer.from(digest).toString('base64')}:`

/** Digest of a body that is the chunk itself (RFC 9530). */
export const contentDigest = (digest: Uint8Array): Record<string, string> => ({ 'content-digest': field(digest) })

/** Digest of the chunk where the body is another form of it (RFC 9530). */
export const reprDigest = (digest: Uint8Array): Record<string, string> => ({ 'repr-digest': field(digest) })

/** The chunk as it is. */
export const plain = ({ bytes, digest }: Pick<Chunk, 'bytes' | 'digest'>): Packed => ({
  body: bytes,
  headers: { 'content-type': 'application/octet-stream', ...contentDigest(digest) },
  reused: 0,
})
