import { defineMessages } from '../../../ui/text.ts'

/** Of the clipboard, and of text that is typed. */
export const textMessages = defineMessages('viewer-text', {
  clipboard: { en: 'Clipboard', ko: '클립보드' },
  'ask.title': {
    en: 'Share copied text with this desktop?',
    ko: '복사한 텍스트를 이 데스크톱과 공유할까요?',
  },
  'ask.text': {
    en: 'What you copy here can be pasted there, and the other way round. Programs on the desktop can read it.',
    ko: '여기에서 복사한 것을 데스크톱에 붙여넣을 수 있고, 그 반대도 가능합니다. 데스크톱의 프로그램이 그 내용을 읽을 수 있습니다.',
  },
  'ask.yes': { en: 'Share', ko: '공유' },
  'ask.no': { en: 'Not for this desktop', ko: '공유 안 함' },
  share: { en: 'Share copied text both ways', ko: '복사한 텍스트를 양방향으로 공유' },
  forbidden: { en: 'This site does not allow it.', ko: '이 사이트에서는 허용하지 않습니다.' },
  viewOnly: { en: 'Not while you only watch.', ko: '보기 전용일 때는 사용할 수 없습니다.' },
  readBlocked: {
    en: 'This window may not read your clipboard by itself. Paste here what the desktop is to have.',
    ko: '이 창은 클립보드를 직접 읽을 수 없습니다. 데스크톱에 보낼 내용을 여기에 붙여넣으세요.',
  },
  writeBlocked: {
    en: 'This window may not write to your clipboard by itself. Copy what the desktop gave from here.',
    ko: '이 창은 클립보드에 직접 쓸 수 없습니다. 데스크톱에서 복사한 내용을 여기에서 복사하세요.',
  },
  forDesktop: { en: 'For the desktop', ko: '데스크톱에 보낼 텍스트' },
  fromDesktop: { en: 'From the desktop', ko: '데스크톱에서 복사한 텍스트' },
  none: { en: 'Nothing was copied there yet.', ko: '아직 복사한 것이 없습니다.' },
  send: { en: 'Put into its clipboard', ko: '데스크톱 클립보드에 넣기' },
  copy: { en: 'Copy', ko: '복사' },
  copied: { en: 'Copied', ko: '복사됨' },
  tooLong: {
    en: 'Text over {{amount}} characters does not pass. Send it as a file.',
    ko: '{{amount}}자를 넘는 텍스트는 보낼 수 없습니다. 파일로 보내세요.',
  },
  waiting: { en: 'Copied text waits here', ko: '복사한 텍스트가 여기에 있습니다' },
  'type.title': { en: 'Type text key by key', ko: '텍스트를 키로 입력' },
  'type.text': {
    en: 'For sign-in screens and programs that do not paste. Line ends are sent as Enter.',
    ko: '붙여넣기가 안 되는 로그인 화면이나 프로그램에 사용합니다. 줄 끝은 Enter 키로 보냅니다.',
  },
  'type.label': { en: 'Text to type', ko: '입력할 텍스트' },
  'type.hide': { en: 'Hide what is typed', ko: '입력 내용 숨기기' },
  'type.run': { en: 'Type it', ko: '입력' },
})
