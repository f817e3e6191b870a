import { defineMessages } from '../../ui/text.ts'

/** Texts of logs. */
export const logsMessages = defineMessages('logs', {
  title: { en: 'Log', ko: '로그' },
  follow: { en: 'Follow', ko: '따라가기' },
  followHint: { en: 'Keep the newest line in view', ko: '가장 최근 줄이 보이도록 유지' },
  search: { en: 'Find in the log', ko: '로그에서 찾기' },
  matches: { en: '{{at}} of {{count}}', ko: '{{count}}개 중 {{at}}' },
  noMatch: { en: 'none', ko: '없음' },
  previous: { en: 'Previous match', ko: '이전 결과' },
  next: { en: 'Next match', ko: '다음 결과' },
  copy: { en: 'Copy the log', ko: '로그 복사' },
  cut: {
    en: 'Earlier lines are in the log file, under Files.',
    ko: '앞부분은 파일 목록의 로그 파일에 있습니다.',
  },
  empty: { en: 'It has not printed anything.', ko: '출력된 내용이 없습니다.' },
  emptyYet: { en: 'It has not printed anything yet.', ko: '아직 출력된 내용이 없습니다.' },
  pending: { en: 'The log begins when the job starts.', ko: '작업이 시작되면 로그가 나타납니다.' },
  lines_one: { en: '{{count}} line', ko: '{{count}}줄' },
  lines_other: { en: '{{count}} lines', ko: '{{count}}줄' },
  copied: { en: 'Copied', ko: '복사됨' },
})
