/**
 * A chunk out of pieces: ranges of an earlier file and bytes of its own, in order. On the wire each piece is one byte that
 * says which (0 bytes, 1 range), and then, big-endian: for bytes their length (4) and they themselves; for a range its offset
 * in the source (6) and its length (4).
 */
export type RecipePiece = { bytes: Uint8Array } | { offset: number; length: number }

const HEAD_BYTES = 5
const HEAD_RANGE = 11
const HIGH = 2 ** 32

/** Puts a recipe into bytes. Lengths are at most 2^32-1, offsets at most 2^48-1. */
export function encodeRecipe(pieces: readonly RecipePiece[]): Uint8Array {
  const size = pieces.reduce((sum, piece) => sum + ('bytes' in piece ? HEAD_BYTES + piece.bytes.length : HEAD_RANGE), 0)
  const recipe = new Uint8Array(size)
  const view = new DataView(recipe.buffer)
  let at = 0
  for (const piece of pieces) {
    if ('bytes' in piece) {
      view.setUint8(at, 0)
      view.setUint32(at + 1, piece.bytes.length)
      recipe.set(piece.bytes, at + HEAD_BYTES)
      at += HEAD_BYTES + piece.bytes.length
    } else {
      view.setUint8(at, 1)
      view.setUint16(at + 1, Math.floor(piece.offset / HIGH))
      view.setUint32(at + 3, piece.offset % HIGH)
      view.setUint32(at + 7, piece.length)
      at += HEAD_RANGE
    }
  }
  return recipe
}

/** The pieces of a recipe, their bytes views into it; undefined where it is none. */
export function decodeRecipe(recipe: Uint8Array): RecipePiece[] | undefined {
  const view = new DataView(recipe.buffer, recipe.byteOffset, recipe.byteLength)
  const pieces: RecipePiece[] = []
  for (let at = 0; at < recipe.length;) {
    const isRange = view.getUint8(at) === 1
    if (view.getUint8(at) > 1 || at + (isRange ? HEAD_RANGE : HEAD_BYTES) > recipe.length) return undefined
    if (isRange) {
      pieces.push({ offset: view.getUint16(at + 1) * HIGH + view.getUint32(at + 3), length: view.getUint32(at + 7) })
      at += HEAD_RANGE
    } else {
      const length = view.getUint32(at + 1)
      const from = at + HEAD_BYTES
      if (from + length > recipe.length) return undefined
      pieces.push({ bytes: recipe.subarray(from, from + length) })
      at = from + length
    }
  }
  return pieces
}
