import { useState } from 'react'
import type { PreviewKind, TextEncoding } from '../../../../contract/results.ts'

/** How a file is looked at: chosen anew for every file. */
export interface Form {
  kinds: readonly PreviewKind[]
  as: PreviewKind
  /** Absent: found from the bytes. */
  encoding?: TextEncoding
  choose: (change: { as?: PreviewKind; encoding?: TextEncoding }) => void
}

/** `file` tells files apart; `kinds` are the ways in which this one can be looked at, the best first. */
export function useForm(file: string, kinds: readonly PreviewKind[]): Form {
  const [chosen, setChosen] = useState<{ file: string; as?: PreviewKind; encoding?: TextEncoding }>({ file })
  const { as = kinds[0] ?? 'text', encoding } = chosen.file === file ? chosen : {}
  return {
    kinds,
    as,
    ...(encoding === undefined ? {} : { encoding }),
    choose: (change) => setChosen((before) => ({ ...(before.file === file ? before : { file }), ...change })),
  }
}
