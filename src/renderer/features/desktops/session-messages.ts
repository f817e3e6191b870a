import { defineMessages } from '../../ui/text.ts'

/** A desktop that is shown: its tabs, what it waits for, how it ended. */
export const sessionMessages = defineMessages('desktop-session', {
  tabs: { en: 'Open desktops', ko: '열린 데스크톱' },
  all: { en: 'All desktops', ko: '모든 데스크톱' },
  new: { en: 'New desktop', ko: '새 데스크톱' },
  close: { en: 'Close {{name}}', ko: '{{name}} 닫기' },
  closeKey: { en: 'Delete closes it', ko: 'Delete 키로 닫기' },
  tab: { en: '{{name}}, {{state}}', ko: '{{name}}, {{state}}' },
  watching: { en: 'watching', ko: '보기 전용' },
  back: { en: 'Show all desktops', ko: '모든 데스크톱 보기' },

  'queued.title': { en: '{{name}} waits for a node', ko: '{{name}}: 노드를 기다리는 중' },
  'queued.stay': {
    en: 'It opens here by itself. You can go elsewhere meanwhile, or close Headway: it keeps its place in the queue.',
    ko: '준비되면 여기에 자동으로 열립니다. 그동안 다른 일을 하거나 Headway를 닫아도 대기 순서는 유지됩니다.',
  },
  'starting.title': { en: '{{name}} is starting on {{node}}', ko: '{{node}}에서 {{name}} 시작하는 중' },
  'starting.titleNoNode': { en: '{{name}} is starting', ko: '{{name}} 시작하는 중' },
  'starting.text': {
    en: 'Its node is there; the screen follows in a few seconds.',
    ko: '노드를 배정받았습니다. 몇 초 뒤 화면이 열립니다.',
  },
  'starting.slow': {
    en: 'This takes longer than usual. Its log may say why.',
    ko: '평소보다 오래 걸립니다. 로그에서 이유를 확인할 수 있습니다.',
  },
  'starting.log': { en: 'Show the log', ko: '로그 보기' },
  'ended.title': { en: '{{name}} has ended', ko: '{{name}}이(가) 종료되었습니다' },
  'ended.ran': { en: 'It ran for {{time}}.', ko: '{{time}} 동안 실행되었습니다.' },
  'missing.title': { en: 'This desktop is not here', ko: '데스크톱이 없습니다' },
  'missing.text': {
    en: 'It ended more than a day ago, or belongs to another site. A colleague’s needs its code again.',
    ko: '종료된 지 하루가 지났거나 다른 사이트의 데스크톱입니다. 동료의 데스크톱은 코드를 다시 입력해야 합니다.',
  },
  'foreign.title': { en: '{{name}} belongs to {{user}}', ko: '{{name}}은(는) {{user}}의 데스크톱입니다' },
  'foreign.text': {
    en: 'Only its owner can open it. To watch, ask {{user}} for a code.',
    ko: '소유자만 열 수 있습니다. 보려면 {{user}}에게 코드를 요청하세요.',
  },

  'put.sending_one': { en: 'Sending {{count}} file…', ko: '파일 {{count}}개 보내는 중…' },
  'put.sending_other': { en: 'Sending {{count}} files…', ko: '파일 {{count}}개 보내는 중…' },
  'put.placed_one': {
    en: '{{count}} file is in the desktop’s folder, where its terminal begins.',
    ko: '파일 {{count}}개를 데스크톱의 폴더에 두었습니다. 터미널을 열면 시작되는 폴더입니다.',
  },
  'put.placed_other': {
    en: '{{count}} files are in the desktop’s folder, where its terminal begins.',
    ko: '파일 {{count}}개를 데스크톱의 폴더에 두었습니다. 터미널을 열면 시작되는 폴더입니다.',
  },
  'put.to': { en: 'the desktop’s folder', ko: '데스크톱의 폴더' },
  'put.failed': { en: 'The files were not all sent.', ko: '파일을 모두 보내지 못했습니다.' },
  'put.failedNext': { en: 'The tasks at the top right say why.', ko: '오른쪽 위의 진행 작업에서 이유를 확인하세요.' },
  'put.refused': { en: '“{{name}}” was not sent.', ko: '“{{name}}” 파일을 보내지 않았습니다.' },
  'put.show': { en: 'Show the folder', ko: '폴더 보기' },
  dismiss: { en: 'Dismiss', ko: '닫기' },
  'limit.soon': {
    en: '{{name}} ends in {{time}}. Save your work.',
    ko: '{{name}}이(가) {{time}} 후 종료됩니다. 작업을 저장하세요.',
  },
  'idle.soon': {
    en: '{{name}} is ended in {{time}} because nobody uses it. A key or a click in it keeps it.',
    ko: '사용하지 않아 {{time}} 후 {{name}}이(가) 종료됩니다. 화면에서 키를 누르거나 클릭하면 유지됩니다.',
  },
})
