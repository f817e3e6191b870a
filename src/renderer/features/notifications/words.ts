import type { Notification, NotificationKind } from '../../../../contract/notifications.ts'
import { formatDuration, formatTime } from '../../ui/format.ts'
import { sayIn, textIn, type Language } from '../../ui/text.ts'
import { signalOf } from '../jobs/ending.ts'
import { notificationsMessages } from './messages.ts'

/** What happened to the job, as the rest of a sentence that begins with its name. */
export function saidOf(notification: Notification, language: Language): string {
  const say = sayIn(notificationsMessages, language)
  const { kind, state, exitCode, ranSeconds, endsAt, text, elements } = notification
  switch (kind) {
    case 'started':
      return say('said.started')
    case 'finished':
      return ranSeconds === undefined
        ? say('said.finished')
        : say('said.finishedAfter', { ran: formatDuration(ranSeconds, language) })
    case 'time-low':
      return say('said.time-low', { when: endsAt === undefined ? '–' : formatTime(endsAt, language) })
    case 'diverging':
      return text === undefined ? say('said.diverging') : textIn(text, language)
    default: {
      if (elements !== undefined) return say('said.failed.elements', elements)
      if (state === 'timeout' || state === 'out_of_memory' || state === 'node_fail' || state === 'lost')
        return say(`said.failed.${state}`)
      const signal = signalOf(notification)
      if (signal !== undefined) return say('said.failed.signal', signal)
      return exitCode === undefined ? say('said.failed') : say('said.failed.code', { code: exitCode })
    }
  }
}

/** What is worth a look first. */
const gravity: readonly NotificationKind[] = ['failed', 'diverging', 'time-low', 'finished', 'started']

/** What the system shows for some notifications: one as it is, many summed up by kind. `place` is where a click leads. */
export function noticeOf(
  notifications: readonly Notification[],
  language: Language,
): { title: string; body: string; place: string } {
  const [only] = notifications
  if (only !== undefined && notifications.length === 1) {
    const body = [saidOf(only, language), ...(only.lastLines ?? []).slice(-2)].join('\n')
    return {
      title: only.job.name.slice(0, 200),
      body: body.slice(0, 1000),
      place: `#/jobs/${encodeURIComponent(only.job.id)}`,
    }
  }
  const say = sayIn(notificationsMessages, language)
  const counts = Map.groupBy(notifications, ({ kind }) => kind)
  const parts = gravity.flatMap((kind) => {
    const count = counts.get(kind)?.length ?? 0
    return count === 0 ? [] : [say(`many.${kind}`, { count })]
  })
  const [title = say('many.title', { count: notifications.length }), ...rest] = parts
  const names = [...new Set(notifications.map(({ job }) => job.name))]
  const shown = names.slice(0, 4).join(', ') + (names.length > 4 ? ', …' : '')
  return { title, body: [...rest, shown].join('\n').slice(0, 1000), place: '#/jobs' }
}
