import { defineMessages } from '../../ui/text.ts'

export const settingsMessages = defineMessages('settings', {
  title: { en: 'Settings', ko: '설정' },
  appearance: { en: 'Appearance', ko: '화면' },
  language: { en: 'Language', ko: '언어' },
  languageHint: { en: 'Takes effect at once', ko: '바로 적용됩니다' },
  'language.system': { en: 'System', ko: '시스템' },
  'language.en': { en: 'English', ko: 'English' },
  'language.ko': { en: '한국어', ko: '한국어' },
  theme: { en: 'Theme', ko: '테마' },
  themeHint: {
    en: 'System follows the day and night of your desktop',
    ko: '시스템을 고르면 데스크톱의 밝기 설정을 따릅니다',
  },
  'theme.system': { en: 'System', ko: '시스템' },
  'theme.light': { en: 'Light', ko: '밝게' },
  'theme.dark': { en: 'Dark', ko: '어둡게' },
  transfers: { en: 'Transfers', ko: '전송' },
  limitOn: { en: 'Limit the upload speed', ko: '업로드 속도 제한' },
  limitHint: {
    en: 'For all uploads together; changes apply to running uploads too',
    ko: '모든 업로드를 합한 속도이며, 진행 중인 업로드에도 바로 적용됩니다',
  },
  limit: { en: 'Upload limit in MB/s', ko: '업로드 제한(MB/s)' },
  about: { en: 'About', ko: '정보' },
  version: { en: 'Version', ko: '버전' },
  secrets: { en: 'Sign-in', ko: '로그인 정보' },
  secretsKept: { en: 'Kept encrypted on this computer', ko: '이 컴퓨터에 암호화하여 보관합니다' },
  secretsLost: {
    en: 'Kept in memory until Headway closes; this system offers no encrypted store',
    ko: 'Headway를 닫을 때까지 메모리에만 보관합니다. 이 시스템에는 암호화 저장소가 없습니다',
  },
  shortcuts: { en: 'Keyboard', ko: '단축키' },
  'keys.palette': { en: 'Search and commands', ko: '검색 및 명령' },
  'keys.filter': { en: 'Filter the list', ko: '목록 필터' },
  'keys.move': { en: 'Move in a list', ko: '목록에서 이동' },
  'keys.open': { en: 'Open the row', ko: '행 열기' },
  'keys.select': { en: 'Select the row', ko: '행 선택' },
  saveFailed: {
    en: 'The setting was not saved and is back to what it was.',
    ko: '설정이 저장되지 않아 이전 값으로 되돌렸습니다.',
  },
})
