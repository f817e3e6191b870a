import { defineMessages } from '../../ui/text.ts'

export const convergenceMessages = defineMessages('convergence', {
  title: { en: 'Convergence', ko: '수렴' },
  empty: { en: 'No iterations yet.', ko: '아직 반복 계산 결과가 없습니다.' },
  emptyEnded: { en: 'It ended before it wrote an iteration.', ko: '반복 계산 결과를 쓰기 전에 끝났습니다.' },
  summary: {
    en: 'Convergence over {{axis}}, {{count}} points. Latest: {{values}}.',
    ko: '{{axis}}에 따른 수렴, {{count}}개 점. 최근 값: {{values}}.',
  },
  value: { en: '{{name}} {{value}}', ko: '{{name}} {{value}}' },
  at: { en: '{{axis}} {{x}}', ko: '{{axis}} {{x}}' },
  log: { en: 'log scale', ko: '로그 눈금' },
})
