import { defineMessages } from '../../ui/text.ts'

/** Of testing a connection. */
export const siteTestMessages = defineMessages('site-test', {
  title: { en: 'Test of the connection to {{name}}', ko: '{{name}} 연결 시험' },
  again: { en: 'Test again', ko: '다시 시험' },
  copy: { en: 'Copy as text', ko: '텍스트로 복사' },
  copied: { en: 'Copied', ko: '복사됨' },
  copyHint: { en: 'For the administrator', ko: '관리자에게 보낼 때' },
  heading: { en: 'Headway: test of the connection to {{url}}', ko: 'Headway: {{url}} 연결 시험' },
  'step.dns': { en: 'Name', ko: '이름 찾기' },
  'step.tcp': { en: 'Network', ko: '네트워크' },
  'step.tls': { en: 'Encryption', ko: '암호화' },
  'step.host-key': { en: 'Host key', ko: '호스트 키' },
  'step.auth': { en: 'Sign-in', ko: '로그인' },
  'step.agent': { en: 'Agent', ko: '에이전트' },
  'step.permissions': { en: 'Permissions', ko: '권한' },
  'state.waiting': { en: 'waiting', ko: '대기' },
  'state.running': { en: 'running', ko: '진행 중' },
  'state.ok': { en: 'good', ko: '정상' },
  'state.failed': { en: 'failed', ko: '실패' },
  'state.skipped': { en: 'skipped', ko: '건너뜀' },
  ms: { en: '{{ms}} ms', ko: '{{ms}} ms' },
  agentNone: { en: 'not there yet; connecting offers it', ko: '아직 없음. 연결할 때 설치를 제안합니다' },
  allGood: { en: 'Everything works.', ko: '모두 정상입니다.' },
})
