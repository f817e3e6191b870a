import { defineMessages } from '../ui/text.ts'

/** Why no agent could be put on a head node or started there, by reason: what happened, and the next step. */
export const installErrorMessages = defineMessages('install-errors', {
  declined: {
    en: 'The agent was not put on {{host}}, as you chose.',
    ko: '선택하신 대로 {{host}}에 에이전트를 설치하지 않았습니다.',
  },
  'declined.next': {
    en: 'Jobs and uploads need it. Connect again to install it; a terminal works without.',
    ko: '작업과 업로드에는 에이전트가 필요합니다. 설치하려면 다시 연결하세요. 터미널은 없어도 됩니다.',
  },
  'no-shell': {
    en: 'Your account on {{host}} may not run commands.',
    ko: '{{host}}의 계정으로는 명령을 실행할 수 없습니다.',
  },
  'no-shell.next': {
    en: 'Ask the administrator for a login shell.',
    ko: '관리자에게 로그인 셸을 요청하세요.',
  },
  platform: {
    en: 'There is no agent for the system or processor of {{host}}.',
    ko: '{{host}}의 운영 체제나 프로세서에 맞는 에이전트가 없습니다.',
  },
  'platform.next': {
    en: 'Use another login node: Linux on x86-64 or ARM64.',
    ko: 'x86-64 또는 ARM64 Linux인 다른 로그인 노드를 사용하세요.',
  },
  glibc: { en: 'The system on {{host}} is too old.', ko: '{{host}}의 시스템이 너무 오래되었습니다.' },
  'glibc.next': {
    en: 'The agent needs glibc 2.28 (EL8, Debian 10) or newer. Use a newer login node.',
    ko: '에이전트에는 glibc 2.28(EL8, Debian 10) 이상이 필요합니다. 더 새로운 로그인 노드를 사용하세요.',
  },
  'no-space': {
    en: 'There is no room for the agent on {{host}}.',
    ko: '{{host}}에 에이전트를 둘 공간이 없습니다.',
  },
  'no-space.next': {
    en: 'Free about 200 MB in your home folder, then connect again.',
    ko: '홈 폴더에 약 200 MB를 비운 뒤 다시 연결하세요.',
  },
  quota: {
    en: 'Your quota on {{host}} is used up.',
    ko: '{{host}}의 할당량을 모두 사용했습니다.',
  },
  'quota.next': {
    en: 'Remove old files in your home folder or ask for more, then connect again.',
    ko: '홈 폴더의 오래된 파일을 지우거나 할당량을 늘린 뒤 다시 연결하세요.',
  },
  'read-only': {
    en: 'Your home folder on {{host}} cannot be written to.',
    ko: '{{host}}의 홈 폴더에 쓸 수 없습니다.',
  },
  'read-only.next': {
    en: 'Try another login node, or ask the administrator.',
    ko: '다른 로그인 노드를 사용하거나 관리자에게 문의하세요.',
  },
  noexec: {
    en: 'Programs may not be started from your home folder on {{host}}.',
    ko: '{{host}}의 홈 폴더에서는 프로그램을 실행할 수 없습니다.',
  },
  'noexec.next': {
    en: 'Ask the administrator to install Headway for the whole site.',
    ko: '관리자에게 사이트 전체용 Headway 설치를 요청하세요.',
  },
  tools: {
    en: '{{host}} lacks a command that the installation needs.',
    ko: '{{host}}에 설치에 필요한 명령이 없습니다.',
  },
  'tools.next': {
    en: 'Show the details to the administrator, who can install it.',
    ko: '자세한 내용을 관리자에게 보여 주고 설치를 요청하세요.',
  },
  damaged: {
    en: 'What arrived on {{host}} is not what was sent.',
    ko: '{{host}}에 도착한 파일이 보낸 것과 다릅니다.',
  },
  'damaged.next': {
    en: 'It was not started. Connect again to send it anew.',
    ko: '실행하지 않았습니다. 다시 연결하면 새로 보냅니다.',
  },
  'not-packaged': {
    en: 'This copy of Headway holds no agent for {{host}}.',
    ko: '이 Headway에는 {{host}}에 맞는 에이전트가 들어 있지 않습니다.',
  },
  'not-packaged.next': {
    en: 'Install Headway from its package; a build of the sources needs `npm run build`.',
    ko: '배포 패키지로 Headway를 설치하세요. 소스에서는 `npm run build`가 필요합니다.',
  },
  start: {
    en: 'The agent on {{host}} does not start.',
    ko: '{{host}}의 에이전트가 시작되지 않습니다.',
  },
  'start.next': {
    en: 'Connect again. If it stays, show the details to the administrator.',
    ko: '다시 연결하세요. 계속되면 자세한 내용을 관리자에게 보여 주세요.',
  },
  elsewhere: {
    en: 'Your agent runs on another login node than {{host}}, which cannot be reached from there.',
    ko: '에이전트가 {{host}}이(가) 아닌 다른 로그인 노드에서 실행 중이며, 그곳에 도달할 수 없습니다.',
  },
  'elsewhere.next': {
    en: 'Connect to the login node named in the details.',
    ko: '자세한 내용에 적힌 로그인 노드로 연결하세요.',
  },
})
