import { defineMessages } from '../../ui/text.ts'

/** What the shell says of the outbox: loaded with the first screen, so no more than that. */
export const shellMessages = defineMessages('outbox-shell', {
  'sent.title': { en: 'Outbox: {{parts}}', ko: '보낼 작업: {{parts}}' },
  'sent.done': { en: '{{count}} sent', ko: '{{count}}개 보냄' },
  'sent.needsYou_one': { en: '{{count}} needs you', ko: '{{count}}개 응답 필요' },
  'sent.needsYou_other': { en: '{{count}} need you', ko: '{{count}}개 응답 필요' },
  'sent.failed': { en: '{{count}} failed', ko: '{{count}}개 실패' },
  'sent.show': { en: 'Show', ko: '보기' },
  'waits.count_one': { en: '{{count}} in the outbox', ko: '보낼 작업 {{count}}개' },
  'waits.count_other': { en: '{{count}} in the outbox', ko: '보낼 작업 {{count}}개' },
  dismiss: { en: 'Dismiss', ko: '닫기' },
})
