/**
 * A time limit in Slurm's forms (`sbatch --time`): minutes, `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM`, `D-HH:MM:SS`.
 * Minutes, rounded up; undefined for anything else and for nothing at all.
 */
export function parseSlurmTime(time: string | number): number | undefined {
  const text = String(time).trim()
  const match = /^(?:(\d{1,3})-)?(\d{1,6})(?::(\d{1,2}))?(?::(\d{1,2}))?$/.exec(text)
  if (match === null) return undefined
  const [days, first, second, third] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)))
  if (first === undefined) return undefined
  let seconds: number
  if (days !== undefined) seconds = ((days * 24 + first) * 60 + (second ?? 0)) * 60 + (third ?? 0)
  else if (third !== undefined) seconds = (first * 60 + (second ?? 0)) * 60 + third
  else seconds = first * 60 + (second ?? 0)
  return seconds > 0 ? Math.ceil(seconds / 60) : undefined
}
