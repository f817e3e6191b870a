import type { OutboxWhen } from '../../../../contract/outbox.ts'

/** The conditions of sending while they are edited; what is empty does not matter. */
export interface RawWhen {
  /** Local time as the control writes it, `2026-11-21T18:30`. */
  notBefore: string
  network: string
  /** Minutes. */
  startWithin: string
}
export type WhenField = keyof RawWhen

export const plainWhen: RawWhen = { notBefore: '', network: '', startWithin: '' }

/** The hour after which offices are empty and queues short. */
const eveningHour = 20
/** The limit of contract/outbox.ts. */
const mostMinutes = 43_200

const two = (value: number): string => String(value).padStart(2, '0')

/** A time as `<input type="datetime-local">` writes it. */
export const localTime = (time: Date): string =>
  `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`

/** The next 20:00 of this machine's clock. */
export function nextEvening(now: Date): Date {
  const evening = new Date(now)
  evening.setHours(eveningHour, 0, 0, 0)
  if (evening <= now) evening.setDate(evening.getDate() + 1)
  return evening
}

export const rawWhen = ({ notBefore, network, startWithinMinutes }: OutboxWhen): RawWhen => ({
  notBefore: notBefore === undefined ? '' : localTime(new Date(notBefore)),
  network: network ?? '',
  startWithin: startWithinMinutes === undefined ? '' : String(startWithinMinutes),
})

/** The conditions, and the fields that cannot be taken. `now`: milliseconds since 1970. */
export function checkWhen(raw: RawWhen, now: number): { when: OutboxWhen; problems: ReadonlySet<WhenField> } {
  const problems = new Set<WhenField>()
  const when: OutboxWhen = {}
  if (raw.notBefore !== '') {
    const time = new Date(raw.notBefore).getTime()
    if (Number.isNaN(time) || time <= now) problems.add('notBefore')
    else when.notBefore = new Date(time).toISOString()
  }
  if (raw.network !== '') when.network = raw.network
  const minutes = raw.startWithin.trim()
  if (minutes !== '') {
    const count = Number(minutes)
    if (/^\d+$/.test(minutes) && count >= 1 && count <= mostMinutes) when.startWithinMinutes = count
    else problems.add('startWithin')
  }
  return { when, problems }
}
