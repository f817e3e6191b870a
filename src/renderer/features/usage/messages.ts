import { defineMessages } from '../../ui/text.ts'

export const usageMessages = defineMessages('usage', {
  title: { en: 'Use of resources', ko: '자원 사용량' },
  live: { en: 'measured every 10 s while you look', ko: '보는 동안 10초마다 측정' },
  first: { en: 'The first figures come in a moment.', ko: '곧 첫 측정값이 표시됩니다.' },
  'figure.cpu': { en: 'Processor', ko: '프로세서' },
  'figure.memory': { en: 'Memory', ko: '메모리' },
  'figure.peak': { en: 'Memory, at its peak', ko: '최대 메모리' },
  'figure.read': { en: 'Read', ko: '읽기' },
  'figure.written': { en: 'Written', ko: '쓰기' },
  'figure.gpu': { en: 'GPU', ko: 'GPU 사용률' },
  'figure.gpuMemory': { en: 'GPU memory', ko: 'GPU 메모리' },
  percent: { en: '{{value}} %', ko: '{{value}} %' },
  of: { en: '{{value}} of {{limit}}', ko: '{{limit}} 중 {{value}}' },
  cores: { en: '{{value}} % of {{cores}} cores', ko: '코어 {{cores}}개의 {{value}} %' },
  'efficiency.cpu': {
    en: 'Used {{percent}} % of the reserved processor time ({{used}} of {{reserved}}).',
    ko: '예약한 프로세서 시간의 {{percent}} %를 썼습니다({{reserved}} 중 {{used}}).',
  },
  'efficiency.cpuLow': {
    en: 'Fewer cores may do as well.',
    ko: '코어를 줄여도 충분할 수 있습니다.',
  },
  'efficiency.memory': {
    en: 'Used {{percent}} % of the memory at its peak ({{used}} of {{limit}}).',
    ko: '메모리는 최대 {{percent}} %를 썼습니다({{limit}} 중 {{used}}).',
  },
  'efficiency.time': {
    en: 'Ran for {{percent}} % of the time limit ({{used}} of {{limit}}).',
    ko: '시간 제한의 {{percent}} %를 썼습니다({{limit}} 중 {{used}}).',
  },
  'chart.memory': { en: 'Memory', ko: '메모리' },
  'chart.cpu': { en: 'Processor, % of the cores', ko: '프로세서, 코어 대비 %' },
  'chart.gpu': { en: 'GPU, %', ko: 'GPU 사용률, %' },
  'chart.io': { en: 'Reading and writing, per second', ko: '초당 읽기와 쓰기' },
  'chart.limit': { en: 'limit', ko: '한도' },
  'chart.read': { en: 'read', ko: '읽기' },
  'chart.written': { en: 'written', ko: '쓰기' },
  'chart.used': { en: 'used', ko: '사용' },
  'chart.at': { en: 'after {{time}}', ko: '{{time}} 후' },
  'chart.summary': {
    en: '{{title}}: {{values}}, over {{time}}, {{count}} measurements',
    ko: '{{title}}: {{values}}, {{time}} 동안 {{count}}회 측정',
  },
  'chart.value': { en: '{{name}} {{value}}', ko: '{{name}} {{value}}' },
})
