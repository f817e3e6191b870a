import { encodeRecipe } from '../../../../contract/agent/recipe.ts'
import { chunkRange, type ChunkSet } from '../chunks.ts'
import { reprDigest, type Chunk, type KnownChunk, type Packed } from '../packing.ts'
import type { Coverage, Range } from './coverage.ts'

/** A source that was of no use so often is left alone: it is gone, or another file by now. */
const MOST_REFUSED = 3

/** An earlier file on the cluster, and what of this one is in it. */
export interface Found {
  /** Its upload's id. */
  source: string
  coverage: Coverage
}

interface Best extends Found {
  range: Range
  covered: number
}

/** What the cluster has of a file already: its chunks are put together there, and what is new crosses. */
export class Reuse {
  readonly #found: readonly Found[]
  readonly #chunks: ChunkSet
  readonly #refused = new Map<string, number>()

  constructor(found: readonly Found[], chunks: ChunkSet) {
    this.#found = found
    this.#chunks = chunks
  }

  /** A chunk is made from one file alone: from the one that has most of it. */
  #best(index: number): Best | undefined {
    const range = chunkRange(this.#chunks.size, this.#chunks.chunkSize, index)
    let best: Best | undefined
    for (const { source, coverage } of this.#found) {
      if ((this.#refused.get(source) ?? 0) >= MOST_REFUSED) continue
      const covered = coverage.covered(range)
      if (covered > (best?.covered ?? 0)) best = { source, coverage, range, covered }
    }
    return best
  }

  /** The chunk as a recipe, where the cluster has something of it. */
  packed({ index, bytes, digest }: Chunk): Packed | undefined {
    const best = this.#best(index)
    return best === undefined ? undefined : this.#recipe(best, bytes, digest)
  }

  /** The chunk as a recipe where it need not be read for that: all of it is there, and its digest is known. */
  known(index: number): KnownChunk | undefined {
    const digest = this.#chunks.digest(index)
    const best = digest === undefined ? undefined : this.#best(index)
    if (digest === undefined || best === undefined || best.covered < best.range.length) return undefined
    return { packed: this.#recipe(best, new Uint8Array(), digest), digest }
  }

  #recipe({ source, coverage, range, covered }: Best, bytes: Uint8Array, digest: Uint8Array): Packed {
    return {
      body: encodeRecipe(coverage.recipe(range, bytes)),
      headers: { 'content-type': 'application/vnd.headway.recipe', 'headway-source': source, ...reprDigest(digest) },
      reused: covered,
      refused: () => void this.#refused.set(source, (this.#refused.get(source) ?? 0) + 1),
    }
  }
}
