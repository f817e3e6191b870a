import { defineMessages } from '../../ui/text.ts'

/** Texts of logs. */
export const logsMessages = defineMessages('logs', {
  title: { en: 'Log', ko: '로그' },
  titleOf: { en: 'Log {{file}}', ko: '로그 {{file}}' },
  file: { en: 'Text file of the job', ko: '작업의 텍스트 파일' },
  'file.none': { en: 'No such text file', ko: '해당하는 텍스트 파일이 없습니다' },
  'file.option': { en: '{{path}} · {{size}}', ko: '{{path}} · {{size}}' },

  following: { en: 'Following', ko: '따라가는 중' },
  followingHint: { en: 'New lines stay in view. Press to pause.', ko: '새 줄이 계속 보입니다. 누르면 멈춥니다.' },
  paused: { en: 'Paused', ko: '멈춤' },
  pausedNew_one: { en: 'Paused – {{count}} new line', ko: '멈춤 – 새 줄 {{count}}개' },
  pausedNew_other: { en: 'Paused – {{count}} new lines', ko: '멈춤 – 새 줄 {{count}}개' },
  pausedMore_one: { en: 'Paused – more than {{count}} new line', ko: '멈춤 – 새 줄 {{count}}개 이상' },
  pausedMore_other: { en: 'Paused – more than {{count}} new lines', ko: '멈춤 – 새 줄 {{count}}개 이상' },
  pausedHint: { en: 'Go to the end and follow (End)', ko: '끝으로 가서 따라가기' },

  search: { en: 'Find in the log', ko: '로그에서 찾기' },
  'search.hint': { en: 'Find in the log ( / )', ko: '로그에서 찾기 ( / )' },
  'search.regex': { en: 'Regular expression', ko: '정규식' },
  'search.case': { en: 'Match case', ko: '대소문자 구분' },
  'search.previous': { en: 'Previous match (N)', ko: '이전 결과 (N)' },
  'search.next': { en: 'Next match (n)', ko: '다음 결과 (n)' },
  'search.looking': { en: 'Looking…', ko: '찾는 중…' },
  'search.soFar_one': {
    en: '{{count}} matching line in the first {{size}}',
    ko: '처음 {{size}}에서 일치하는 줄 {{count}}개',
  },
  'search.soFar_other': {
    en: '{{count}} matching lines in the first {{size}}',
    ko: '처음 {{size}}에서 일치하는 줄 {{count}}개',
  },
  'search.all_one': { en: '{{count}} matching line', ko: '일치하는 줄 {{count}}개' },
  'search.all_other': { en: '{{count}} matching lines', ko: '일치하는 줄 {{count}}개' },
  'search.capped': {
    en: 'More than {{limit}} matching lines; {{size}} looked through',
    ko: '일치하는 줄이 {{limit}}개가 넘습니다. {{size}}까지 찾음',
  },
  'search.at': { en: '{{at}} of {{total}}', ko: '{{total}}개 중 {{at}}번째' },
  'search.noneForward': { en: 'No further match below', ko: '아래쪽에는 더 없습니다' },
  'search.noneBackward': { en: 'No further match above', ko: '위쪽에는 더 없습니다' },
  'search.wrong': { en: 'This expression cannot be used: {{reason}}', ko: '사용할 수 없는 식입니다: {{reason}}' },

  wrap: { en: 'Wrap long lines', ko: '긴 줄 줄바꿈' },
  copy: { en: 'Copy the lines that are loaded', ko: '불러온 줄 복사' },
  copied: { en: 'Copied', ko: '복사됨' },
  download: { en: 'Download the whole file', ko: '파일 전체 다운로드' },
  saving: {
    en: '“{{name}}” is being saved; its progress is under Tasks at the top right.',
    ko: '“{{name}}” 파일을 저장하고 있습니다. 진행 상황은 오른쪽 위 진행 작업에서 볼 수 있습니다.',
  },
  enlarge: { en: 'Fill the window', ko: '창 전체로 보기' },
  reduce: { en: 'Back to the page (Esc)', ko: '페이지로 돌아가기 (Esc)' },

  encoding: { en: 'Text encoding', ko: '문자 인코딩' },
  'encoding.utf-8': { en: 'UTF-8', ko: 'UTF-8' },
  'encoding.euc-kr': { en: 'Korean (EUC-KR, CP949)', ko: '한국어(EUC-KR, CP949)' },
  'encoding.latin1': { en: 'Western (Latin-1)', ko: '서유럽어(Latin-1)' },
  garbled: {
    en: 'Some of this text is not {{encoding}}.',
    ko: '이 텍스트의 일부는 {{encoding}} 인코딩이 아닙니다.',
  },
  'garbled.read': { en: 'Read it as {{encoding}}', ko: '{{encoding}} 인코딩으로 읽기' },

  place: { en: 'Place in the file', ko: '파일 안의 위치' },
  'place.value': { en: '{{percent}} of {{size}}', ko: '{{size}} 중 {{percent}}' },
  goTo: { en: 'Go to', ko: '이동' },
  'goTo.hint': { en: '50 %, 3.1 GB or a line', ko: '50 %, 3.1 GB 또는 줄 번호' },
  'goTo.wrong': {
    en: 'Give a percentage, a size such as 3.1 GB, or a line number.',
    ko: '백분율, 3.1 GB 같은 크기 또는 줄 번호를 입력하세요.',
  },
  'goTo.unknown': {
    en: 'Line {{line}} is not loaded. Lines are numbered only where the file was read from its start: give a percentage.',
    ko: '{{line}}번째 줄은 불러오지 않았습니다. 줄 번호는 파일을 처음부터 읽은 곳에서만 알 수 있으니 백분율을 입력하세요.',
  },
  toStart: { en: 'To the start (Home)', ko: '처음으로' },
  toEnd: { en: 'To the end (End)', ko: '끝으로' },
  'status.line': { en: 'Line {{number}}', ko: '{{number}}번째 줄' },
  'status.about': { en: 'about line {{number}}', ko: '약 {{number}}번째 줄' },
  'status.at': { en: '{{at}} of {{size}}', ko: '{{size}} 중 {{at}}' },

  startedOver: {
    en: 'The file was started over while you looked; this is the new one.',
    ko: '보는 동안 파일이 새로 시작되었습니다. 아래는 새 내용입니다.',
  },
  empty: { en: 'It has not printed anything.', ko: '출력된 내용이 없습니다.' },
  emptyYet: { en: 'It has not printed anything yet.', ko: '아직 출력된 내용이 없습니다.' },
  pending: { en: 'The log begins when the job starts.', ko: '작업이 시작되면 로그가 나타납니다.' },
  lines_one: { en: '{{count}} line, {{size}}', ko: '{{count}}줄, {{size}}' },
  lines_other: { en: '{{count}} lines, {{size}}', ko: '{{count}}줄, {{size}}' },
})
