import { defineMessages } from '../../ui/text.ts'

export const resultsMessages = defineMessages('results', {
  'figures.title': { en: 'Results', ko: '결과' },
  'figures.unread': { en: 'not readable: {{problem}}', ko: '읽을 수 없음: {{problem}}' },
  'figures.none': {
    en: 'There are no figures to show; the files are below.',
    ko: '표시할 결과 수치가 없습니다. 파일은 아래에 있습니다.',
  },
  download: { en: 'Download {{name}}', ko: '{{name}} 다운로드' },
  'download.short': { en: 'Download', ko: '다운로드' },
  'download.saving': {
    en: '“{{name}}” is being saved; its progress is under Tasks at the top right.',
    ko: '“{{name}}” 파일을 저장하고 있습니다. 진행 상황은 오른쪽 위 진행 작업에서 볼 수 있습니다.',
  },

  'files.title': { en: 'Files', ko: '파일' },
  'files.count_one': { en: '{{count}} file, {{size}}', ko: '{{count}}개, {{size}}' },
  'files.count_other': { en: '{{count}} files, {{size}}', ko: '{{count}}개, {{size}}' },
  'files.none': { en: 'The job’s folder is empty.', ko: '작업 폴더가 비어 있습니다.' },
  'files.name': { en: 'Name', ko: '이름' },
  'files.class': { en: 'Class', ko: '종류' },
  'files.size': { en: 'Size', ko: '크기' },
  'files.modified': { en: 'Changed', ko: '수정' },
  'files.main': { en: 'main result', ko: '주요 결과' },
  'files.refresh': { en: 'Look again', ko: '새로 고침' },
  'files.more_one': { en: 'Show {{count}} more', ko: '{{count}}개 더 보기' },
  'files.more_other': { en: 'Show {{count}} more', ko: '{{count}}개 더 보기' },
})
