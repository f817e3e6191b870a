import { defineMessages } from '../../ui/text.ts'

/** Why a desktop is over, and what to try; a reason without its two sentences is a type error where they are said. */
export const desktopEndMessages = defineMessages('desktop-end', {
  stopped: { en: 'It was ended by you or an administrator.', ko: '본인이나 관리자가 종료했습니다.' },
  'stopped.try': { en: 'A new one begins afresh.', ko: '다시 시작하면 새 데스크톱이 열립니다.' },
  'logged-out': { en: 'Its session was logged out of.', ko: '데스크톱에서 로그아웃했습니다.' },
  'logged-out.try': {
    en: 'To keep a desktop for later, close its tab instead.',
    ko: '나중에 이어서 쓰려면 로그아웃하지 말고 탭만 닫으세요.',
  },
  'time-limit': { en: 'It reached its time limit.', ko: '시간 제한에 도달했습니다.' },
  'time-limit.try': {
    en: 'Start again with more time, or extend the next one before it ends.',
    ko: '시간을 늘려 다시 시작하거나, 다음에는 끝나기 전에 연장하세요.',
  },
  idle: {
    en: 'Nobody used it for as long as this site allows.',
    ko: '이 사이트에서 정한 시간 동안 사용하지 않아 종료되었습니다.',
  },
  'idle.try': {
    en: 'Its card tells when an idle desktop will be ended; a key or a click keeps it.',
    ko: '유휴 데스크톱이 종료될 시각은 카드에 표시됩니다. 키를 누르거나 클릭하면 계속 유지됩니다.',
  },
  'out-of-memory': { en: 'It needed more memory than it was given.', ko: '할당된 것보다 많은 메모리가 필요했습니다.' },
  'out-of-memory.try': { en: 'Start again with more memory.', ko: '메모리를 늘려 다시 시작하세요.' },
  'node-failed': { en: 'The node it ran on failed.', ko: '실행 중이던 노드에 장애가 발생했습니다.' },
  'node-failed.try': {
    en: 'Start again; the scheduler takes another node. If it happens again, tell the administrator.',
    ko: '다시 시작하면 다른 노드에서 실행됩니다. 반복되면 관리자에게 알려 주세요.',
  },
  'no-server': {
    en: 'The node has no program for remote desktops (Xvnc).',
    ko: '노드에 원격 데스크톱 프로그램(Xvnc)이 없습니다.',
  },
  'no-server.try': {
    en: 'Choose another partition, or ask the administrator to install TigerVNC on these nodes.',
    ko: '다른 파티션을 선택하거나, 관리자에게 해당 노드에 TigerVNC를 설치해 달라고 요청하세요.',
  },
  'server-failed': {
    en: 'The program that shows the desktop (Xvnc) did not start, or stopped.',
    ko: '데스크톱을 표시하는 프로그램(Xvnc)이 시작되지 않았거나 중단되었습니다.',
  },
  'server-failed.try': {
    en: 'Start again. If it fails each time, show its last words below to the administrator.',
    ko: '다시 시작하세요. 매번 실패하면 아래의 마지막 메시지를 관리자에게 보여 주세요.',
  },
  'session-failed': {
    en: 'The program it was started for failed.',
    ko: '데스크톱에서 실행한 프로그램이 실패했습니다.',
  },
  'session-failed.try': {
    en: 'Its last words below mostly say why: often a program or a module that is missing on the node.',
    ko: '아래의 마지막 메시지에 대개 원인이 있습니다. 노드에 프로그램이나 모듈이 없는 경우가 많습니다.',
  },
  lost: {
    en: 'The site lost sight of it, most likely because a machine was restarted.',
    ko: '사이트가 데스크톱을 추적하지 못하게 되었습니다. 장비가 다시 시작되었을 수 있습니다.',
  },
  'lost.try': { en: 'Start again; its files are still there.', ko: '다시 시작하세요. 파일은 그대로 남아 있습니다.' },
  detail: { en: 'What it said last', ko: '마지막 메시지' },
})
