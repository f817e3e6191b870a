import { setImmediate as nextTurn } from 'node:timers/promises'
import { signatureDigestBytes } from '../../../../contract/agent/content-chunks.ts'

/** Offset (6), length (4), digest. */
export const ENTRY_BYTES = 10 + signatureDigestBytes
/** Length and digest: what is the same in both is the same content. */
const CONTENT = 6
/** Entries between which others get their turn: so many take about 2 ms. */
const TURN = 2_000

/** Content-defined chunks of a file, in order, kept in the bytes in which they travel. */
export class Signature {
  readonly count: number
  readonly #bytes: Buffer

  /** @param bytes Entries as the contract has them; a rest that is none is left out. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.count = Math.floor(bytes.length / ENTRY_BYTES)
  }

  offset(entry: number): number {
    return this.#bytes.readUIntBE(entry * ENTRY_BYTES, 6)
  }

  length(entry: number): number {
    return this.#bytes.readUInt32BE(entry * ENTRY_BYTES + CONTENT)
  }

  /** 32 bits of the digest. */
  hash(entry: number): number {
    return this.#bytes.readUInt32BE(entry * ENTRY_BYTES + 10)
  }

  isSame(entry: number, other: Signature, otherEntry: number): boolean {
    const start = entry * ENTRY_BYTES
    const otherStart = otherEntry * ENTRY_BYTES
    const [from, to] = [start + CONTENT, start + ENTRY_BYTES]
    return this.#bytes.compare(other.#bytes, otherStart + CONTENT, otherStart + ENTRY_BYTES, from, to) === 0
  }
}

/** Writes one entry of a signature. */
export function writeEntry(
  into: Buffer,
  entry: number,
  { offset, length, digest }: { offset: number; length: number; digest: Uint8Array },
): void {
  const at = entry * ENTRY_BYTES
  into.writeUIntBE(offset, at, 6)
  into.writeUInt32BE(length, at + CONTENT)
  into.set(digest.subarray(0, signatureDigestBytes), at + 10)
}

/** Finds the chunks of one signature by their content: open addressing with linear probing, at most half full. */
class SignatureIndex {
  readonly #signature: Signature
  /** Entries, counted from 1; 0: nothing. */
  readonly #slots: Uint32Array
  readonly #mask: number

  private constructor(signature: Signature) {
    this.#signature = signature
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, signature.count * 2))))
    this.#mask = this.#slots.length - 1
  }

  static async of(signature: Signature): Promise<SignatureIndex> {
    const index = new SignatureIndex(signature)
    for (let entry = 0; entry < signature.count; entry++) {
      if (entry % TURN === TURN - 1) await nextTurn()
      const slot = index.#slotOf(signature, entry)
      // Of the same content the first one: runs of it stay short in the table.
      if (index.#slots[slot] === 0) index.#slots[slot] = entry + 1
    }
    return index
  }

  /** Where an entry with this content is, or would be. */
  #slotOf(wanted: Signature, entry: number): number {
    let slot = wanted.hash(entry) & this.#mask
    for (;;) {
      const found = this.#slots[slot] as number
      if (found === 0 || this.#signature.isSame(found - 1, wanted, entry)) return slot
      slot = (slot + 1) & this.#mask
    }
  }

  find(wanted: Signature, entry: number): number | undefined {
    const found = this.#slots[this.#slotOf(wanted, entry)] as number
    return found === 0 ? undefined : found - 1
  }
}

/** Tells of each chunk of `local` that is in `source`, in order; of several with the same content the one that goes on. */
export async function eachMatch(
  local: Signature,
  source: Signature,
  tell: (local: number, source: number) => void,
): Promise<void> {
  const index = await SignatureIndex.of(source)
  let next = 0
  for (let entry = 0; entry < local.count; entry++) {
    if (entry % TURN === TURN - 1) await nextTurn()
    const found = next < source.count && source.isSame(next, local, entry) ? next : index.find(local, entry)
    if (found === undefined) continue
    tell(entry, found)
    next = found + 1
  }
}
