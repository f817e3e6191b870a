import { defineMessages } from '../../ui/text.ts'

export const trafficMessages = defineMessages('traffic', {
  title: { en: 'Upload speed', ko: '업로드 속도' },
  now: { en: 'now', ko: '현재' },
  minutesAgo_one: { en: '{{count}} min ago', ko: '{{count}}분 전' },
  minutesAgo_other: { en: '{{count}} min ago', ko: '{{count}}분 전' },
  connections_one: { en: '{{count}} connection', ko: '연결 {{count}}개' },
  connections_other: { en: '{{count}} connections', ko: '연결 {{count}}개' },
  most: { en: 'at most {{most}} in 5 min', ko: '5분간 최고 {{most}}' },
  limit: { en: 'limit {{limit}}', ko: '제한 {{limit}}' },
  unlimited: { en: 'none', ko: '없음' },
  chart: {
    en: 'Speed of the last five minutes: now {{now}}, at most {{most}}, limit {{limit}}',
    ko: '최근 5분의 속도: 현재 {{now}}, 최고 {{most}}, 제한 {{limit}}',
  },
})
