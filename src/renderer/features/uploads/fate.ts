import type { Upload } from '../../../../contract/uploads.ts'
import { wasThere } from './progress.ts'

/** What became of the bytes of a file, as far as it is worth a word. */
export type Fate = 'comparing' | 'there' | 'part' | 'partSoFar' | 'compressed'

/** Less than this saved is not worth telling. */
const telling = 0.05
/** Nor is it of files that are sent many at a time, where nobody can say what one of them took. In bytes. */
const small = 256 * 1024

export function fateOf(upload: Upload): Fate | undefined {
  const { state, comparing, size, sent, reused, crossed } = upload
  if (state === 'uploading' && comparing === true) return 'comparing'
  if (wasThere(upload)) return 'there'
  if (state === 'uploaded') {
    if (crossed >= size * (1 - telling)) return undefined
    if (reused > 0) return 'part'
    return crossed > 0 && size > small ? 'compressed' : undefined
  }
  return reused > sent * telling && reused > 0 ? 'partSoFar' : undefined
}
