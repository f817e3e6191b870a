/** Seconds since 1970 as the commands print them with SLURM_TIME_FORMAT=%s; undefined for `N/A`, `Unknown`, `0`. */
export function dateOf(text: string): Date | undefined {
  if (!/^\d{1,12}$/.test(text)) return undefined
  const seconds = Number(text)
  return seconds === 0 ? undefined : new Date(seconds * 1000)
}

/** Slurm's durations (`MM:SS`, `HH:MM:SS`, `D-HH:MM:SS`, with fractions of a second) in seconds; undefined for `UNLIMITED`, `N/A`. */
export function secondsOf(text: string): number | undefined {
  const match = /^(?:(\d{1,6})-)?(?:(\d{1,6}):)?(\d{1,6}):(\d{1,2}(?:\.\d+)?)$/.exec(text)
  if (match === null) return undefined
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** The same, whole minutes, rounded up. A bare number is minutes already. */
export function minutesOf(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const seconds = secondsOf(text)
  return seconds === undefined ? undefined : Math.ceil(seconds / 60)
}
