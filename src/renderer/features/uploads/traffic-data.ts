import type { AlignedData } from 'uplot'
import type { Traffic } from '../../../../contract/uploads.ts'

/** Seconds that are kept, as many as the core knows. */
export const secondsKept = 300
/** A limit far above what crosses would press it to the ground. */
const limitShownBelow = 3

/** What is known with the newest seconds behind it. */
export function joined(before: Traffic | undefined, news: Traffic): Traffic {
  return { ...news, samples: [...(before?.samples ?? []), ...news.samples].slice(-secondsKept) }
}

/** The course of the last minutes, now at the right, and the limit; where nothing is known yet there is nothing. */
export function dataOf(samples: readonly number[], limit: number): AlignedData {
  const seconds = Array.from({ length: secondsKept }, (_none, index) => index - secondsKept + 1)
  const gap = secondsKept - samples.length
  const most = Math.max(0, ...samples)
  const line = limit > 0 && limit <= most * limitShownBelow ? limit : null
  return [seconds, seconds.map((_second, index) => samples[index - gap] ?? null), seconds.map(() => line)]
}
