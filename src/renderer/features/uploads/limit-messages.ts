import { defineMessages } from '../../ui/text.ts'

export const limitMessages = defineMessages('upload-limit', {
  none: { en: 'no limit', ko: '제한 없음' },
  title: { en: 'Speed and order', ko: '속도와 순서' },
  on: { en: 'Limit the upload speed', ko: '업로드 속도 제한' },
  hint: {
    en: 'For all uploads together; changes apply to running uploads too',
    ko: '모든 업로드를 합한 속도이며, 진행 중인 업로드에도 바로 적용됩니다',
  },
  slider: { en: 'Upload speed', ko: '업로드 속도' },
  field: { en: 'Upload limit in MB/s', ko: '업로드 제한(MB/s)' },
  ownOn: { en: 'Limit the speed of {{name}}', ko: '{{name}}의 속도 제한' },
  ownSlider: { en: 'Speed of {{name}}', ko: '{{name}}의 속도' },
  ownField: { en: 'Limit of {{name}} in MB/s', ko: '{{name}}의 제한(MB/s)' },
  hours: { en: 'Another limit in certain hours', ko: '시간대별 제한' },
  hoursHint: {
    en: 'Every day by the clock of this computer; in these hours it stands in for the limit above',
    ko: '매일 이 컴퓨터의 시각을 기준으로, 이 시간에는 위의 제한 대신 적용됩니다',
  },
  from: { en: 'From', ko: '시작' },
  to: { en: 'to', ko: '끝' },
  hoursField: { en: 'Limit in these hours, MB/s', ko: '이 시간의 제한(MB/s)' },
  hoursNone: { en: 'no limit', ko: '제한 없음' },
  hoursNoneHint: { en: 'Empty: no limit in these hours', ko: '비워 두면 이 시간에는 제한이 없습니다' },
  order: { en: 'Order', ko: '순서' },
  'orderHint.added': {
    en: 'File after file, as they were added',
    ko: '추가한 순서대로 하나씩 보냅니다',
  },
  'orderHint.smallest': {
    en: 'Small files first: most files arrive early',
    ko: '작은 파일부터 보내 많은 파일이 먼저 도착합니다',
  },
  'orderHint.even': {
    en: 'All open files share the line evenly',
    ko: '열려 있는 모든 파일이 회선을 고르게 나눕니다',
  },
  'order.added': { en: 'As added', ko: '추가한 순서' },
  'order.smallest': { en: 'Smallest first', ko: '작은 파일 먼저' },
  'order.even': { en: 'Evenly', ko: '고르게' },
  readBack: { en: 'Read back after upload', ko: '업로드 후 다시 읽어 확인' },
  readBackHint: {
    en: 'The cluster reads each file from its disk once more before it counts as uploaded. Every chunk is checked as it arrives in any case.',
    ko: '클러스터가 디스크에서 파일을 한 번 더 읽어 확인한 뒤 업로드를 마칩니다. 조각별 검사는 언제나 합니다.',
  },
  downloadOn: { en: 'Limit the download speed', ko: '다운로드 속도 제한' },
  downloadHint: { en: 'For all downloads together', ko: '모든 다운로드를 합한 속도입니다' },
  downloadSlider: { en: 'Download speed', ko: '다운로드 속도' },
  downloadField: { en: 'Download limit in MB/s', ko: '다운로드 제한(MB/s)' },
  byHours: { en: 'Limit by the hour: {{limit}} now', ko: '시간대별 제한: 현재 {{limit}}' },
  options: { en: 'Hours and order…', ko: '시간대와 순서…' },
})
