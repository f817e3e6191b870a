import { array, integer, record, type Arbitrary } from 'fast-check'
import { randomBytes } from 'node:crypto'

/** Something put in the place of something else, both perhaps nothing; places in thousandths of the file. */
export interface Edit {
  place: number
  removed: number
  inserted: number
}

export const edits = (most: number): Arbitrary<Edit[]> =>
  array(
    record({
      place: integer({ min: 0, max: 1000 }),
      removed: integer({ min: 0, max: 200_000 }),
      inserted: integer({ min: 0, max: 200_000 }),
    }),
    { maxLength: most },
  )

export const edited = (file: Buffer, list: readonly Edit[]): Buffer =>
  list.reduce((now, { place, removed, inserted }) => {
    const at = Math.floor((now.length * place) / 1000)
    return Buffer.concat([now.subarray(0, at), randomBytes(inserted), now.subarray(at + removed)])
  }, file)
