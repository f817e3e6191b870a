import type { Settings } from '../../../contract/settings.ts'

const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

/**
 * The limit for all uploads at a time, bytes per second; 0: none. Hours are those of the clock on the wall: over midnight
 * where they end before they begin, the whole day where both are the same. On a day whose clocks change, an hour that is
 * left out is missed and one that comes twice counts twice.
 */
export function limitAt({ uploadLimit, uploadHours }: Pick<Settings, 'uploadLimit' | 'uploadHours'>, at: Date): number {
  if (uploadHours === undefined || uploadHours === null) return uploadLimit
  const now = at.getHours() * 60 + at.getMinutes()
  const from = minutesOf(uploadHours.from)
  const to = minutesOf(uploadHours.to)
  const within = from < to ? now >= from && now < to : now >= from || now < to
  return within ? uploadHours.limit : uploadLimit
}
