import type { Commands } from './commands.ts'

/** Of Slurm: `slurm-wlm 22.05.8`. */
export interface Release {
  /** `22.05.8` */
  text: string
  year: number
  month: number
}

export function parseRelease(text: string): Release | undefined {
  const match = /\b(\d{2})\.(\d{2})(?:\.[\w.-]+)?/.exec(text)
  return match === null ? undefined : { text: match[0], year: Number(match[1]), month: Number(match[2]) }
}

const isFrom = (release: Release, year: number, month: number): boolean =>
  release.year > year || (release.year === year && release.month >= month)

/**
 * Whether `scontrol show job` answers in JSON: from 23.02 on. Its text has users' free words among the fields, so JSON is
 * better where it is there. The queue is always read by format strings, on every release (docs/adr/0012).
 */
export const hasJson = (release: Release | undefined): boolean => release !== undefined && isFrom(release, 23, 2)

/** Asked once; again where there was no answer. */
export function createReleaseFinder(commands: Pick<Commands, 'ask'>): () => Promise<Release | undefined> {
  let found: Release | undefined
  return async () => {
    if (found !== undefined) return found
    const { finished } = await commands.ask('sinfo', ['--version'], { timeoutMs: 5000 })
    found = finished === undefined ? undefined : parseRelease(finished.stdout)
    return found
  }
}
