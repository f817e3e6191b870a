import { defineMessages } from '../ui/text.ts'

/** Why no way leads to a desktop, by reason: what happened, and the next step. */
export const desktopErrorMessages = defineMessages('desktop-errors', {
  'not-ready': {
    en: 'The desktop does not answer: it is still starting, or it has just ended.',
    ko: '데스크톱이 응답하지 않습니다. 아직 시작하는 중이거나 방금 종료되었습니다.',
  },
  'not-ready.next': {
    en: 'Its card says which. If it runs, try again in a moment.',
    ko: '카드에서 상태를 확인하세요. 실행 중이면 잠시 뒤 다시 시도하세요.',
  },
  unreachable: {
    en: 'The head node does not get through to the desktop on {{host}}.',
    ko: '헤드 노드에서 {{host}}의 데스크톱에 연결할 수 없습니다.',
  },
  'unreachable.next': {
    en: 'It still runs. Try again; if that does not help, ask the administrator to let the head node through to {{host}}, by SSH or over the cluster’s network.',
    ko: '데스크톱은 계속 실행 중입니다. 다시 시도하고, 그래도 안 되면 헤드 노드에서 {{host}}에 SSH나 클러스터 네트워크로 연결할 수 있게 해 달라고 관리자에게 요청하세요.',
  },
  'needs-ssh': {
    en: 'Only SSH leads to the desktop on {{host}}, and this site is reached by HTTPS.',
    ko: '{{host}}의 데스크톱에는 SSH로만 연결할 수 있는데, 이 사이트는 HTTPS로 연결되어 있습니다.',
  },
  'needs-ssh.next': {
    en: 'Add the site a second time by its SSH address, or ask the administrator to let desktops be reached over the cluster’s network.',
    ko: '같은 사이트를 SSH 주소로 하나 더 추가하거나, 클러스터 네트워크로 데스크톱에 연결할 수 있게 해 달라고 관리자에게 요청하세요.',
  },
  'not-the-session': {
    en: 'What answers on {{host}} is not the desktop that was started. Nothing was sent to it.',
    ko: '{{host}}에서 응답하는 것은 시작한 데스크톱이 아닙니다. 아무것도 보내지 않았습니다.',
  },
  'not-the-session.next': {
    en: 'End this desktop and start a new one. If it happens again, show this to the administrator.',
    ko: '이 데스크톱을 종료하고 새로 시작하세요. 반복되면 이 내용을 관리자에게 보여 주세요.',
  },
})
