import { defineMessages } from '../../ui/text.ts'

/** The cards, and what can be done with a desktop wherever it is shown. */
export const desktopsMessages = defineMessages('desktops', {
  title: { en: 'Desktops', ko: '데스크톱' },
  note_one: { en: '{{count}} of yours on {{site}}', ko: '{{site}}에 내 데스크톱 {{count}}개' },
  note_other: { en: '{{count}} of yours on {{site}}', ko: '{{site}}에 내 데스크톱 {{count}}개' },
  new: { en: 'New desktop', ko: '새 데스크톱' },
  watch: { en: 'Watch a colleague’s', ko: '동료 데스크톱 보기' },
  'empty.title': { en: 'No desktops on {{site}} yet', ko: '{{site}}에 아직 데스크톱이 없습니다' },
  'empty.titleNow': { en: 'No desktop is running on {{site}}', ko: '{{site}}에서 실행 중인 데스크톱이 없습니다' },
  'empty.text': {
    en: 'A desktop is a screen on a node of the cluster, for programs with windows such as ParaView. It goes on when you close it here, and is there again tomorrow.',
    ko: '데스크톱은 ParaView처럼 창이 있는 프로그램을 클러스터 노드에서 쓰는 화면입니다. 여기서 닫아도 계속 실행되며 나중에 그대로 이어서 쓸 수 있습니다.',
  },
  list: { en: 'Desktops', ko: '데스크톱 목록' },
  keys: { en: 'Arrow keys go between desktops, Enter opens one', ko: '방향 키로 이동하고 Enter로 엽니다' },

  open: { en: 'Open', ko: '열기' },
  show: { en: 'Show', ko: '보기' },
  ownWindow: { en: 'Open in its own window', ko: '새 창에서 열기' },
  ownWindowBlocked: {
    en: 'The browser opened no window. Allow pop-ups for this page, or open it here.',
    ko: '브라우저가 창을 열지 않았습니다. 이 페이지의 팝업을 허용하거나 여기에서 여세요.',
  },
  extend: { en: 'Change its time', ko: '시간 변경' },
  share: { en: 'Let a colleague watch', ko: '동료에게 보여 주기' },
  end: { en: 'End', ko: '종료' },
  files: { en: 'Show its job and files', ko: '작업과 파일 보기' },
  of: { en: '{{action}}: {{name}}', ko: '{{name}}: {{action}}' },

  defaultPartition: { en: 'default partition', ko: '기본 파티션' },
  cores_one: { en: '{{count}} core', ko: '코어 {{count}}개' },
  cores_other: { en: '{{count}} cores', ko: '코어 {{count}}개' },
  memory: { en: '{{size}} memory', ko: '메모리 {{size}}' },
  gpus_one: { en: '{{count}} GPU', ko: 'GPU {{count}}개' },
  gpus_other: { en: '{{count}} GPUs', ko: 'GPU {{count}}개' },
  gpuUse: { en: 'GPU {{percent}} % in use, {{memory}}', ko: 'GPU 사용률 {{percent}} %, {{memory}}' },
  timeBar: { en: 'Time used', ko: '사용한 시간' },
  endsAt: { en: 'Ends at {{time}}', ko: '{{time}}에 종료' },
  overtime: { en: 'Ending…', ko: '종료하는 중…' },
  limitOf: { en: 'up to {{time}}', ko: '최대 {{time}}' },
  idleFor: { en: 'Not used for {{time}}', ko: '{{time}} 동안 사용하지 않음' },
  idleEnd: { en: 'Ends in {{time}} unless it is used', ko: '사용하지 않으면 {{time}} 후 종료' },
  neverUsed: { en: 'Nobody has looked at it yet', ko: '아직 열어 보지 않음' },
  viewers_one: { en: '{{count}} viewer', ko: '{{count}}명이 보는 중' },
  viewers_other: { en: '{{count}} viewers', ko: '{{count}}명이 보는 중' },
  shared: { en: 'Shared to watch', ko: '보기 공유 중' },
  owner: { en: 'Of {{user}}', ko: '{{user}}의 데스크톱' },

  'waits.expected': { en: 'Expected start: {{when}}', ko: '예상 시작: {{when}}' },
  'waits.since': { en: 'Waiting for {{time}}', ko: '{{time}}째 대기 중' },
  'waits.long': {
    en: 'This may take a while.',
    ko: '시간이 걸릴 수 있습니다.',
  },
  'waits.other_one': {
    en: 'Partition {{names}} could take it too.',
    ko: '파티션 {{names}}에서도 실행할 수 있습니다.',
  },
  'waits.other_other': {
    en: 'Partitions {{names}} could take it too.',
    ko: '파티션 {{names}}에서도 실행할 수 있습니다.',
  },
  'waits.elsewhere': { en: 'Try another partition', ko: '다른 파티션으로 시도' },
  'waits.elsewhereHint': {
    en: 'Opens the form with the same choices. End the one that waits once the new one runs.',
    ko: '같은 설정으로 양식을 엽니다. 새 데스크톱이 시작되면 대기 중인 것을 종료하세요.',
  },
  'waits.shorter': {
    en: 'A shorter time or less memory often starts sooner.',
    ko: '시간이나 메모리를 줄이면 더 빨리 시작될 수 있습니다.',
  },

  'ended.title_one': { en: '{{count}} has ended', ko: '종료된 데스크톱 {{count}}개' },
  'ended.title_other': { en: '{{count}} have ended', ko: '종료된 데스크톱 {{count}}개' },
  'ended.when': { en: 'Ended {{when}}', ko: '{{when}} 종료' },
  again: { en: 'Start again', ko: '다시 시작' },
  againHint: { en: 'A new desktop with the same choices', ko: '같은 설정으로 새 데스크톱을 시작합니다' },
  againOther: { en: 'Change the choices first', ko: '설정을 바꿔서 시작' },

  'ending.title': { en: 'End “{{name}}”?', ko: '“{{name}}”을(를) 종료할까요?' },
  'ending.text': {
    en: 'All programs in it are closed, and what is not saved in them is lost. Files stay.',
    ko: '실행 중인 프로그램이 모두 닫히고 저장하지 않은 내용은 사라집니다. 파일은 남습니다.',
  },
  'ending.textQueued': {
    en: 'It has not started yet and leaves the queue.',
    ko: '아직 시작되지 않았으며 대기열에서 빠집니다.',
  },
  'ending.keep': { en: 'Keep it', ko: '계속 사용' },
  'ending.action': { en: 'End {{name}}', ko: '{{name}} 종료' },

  'closing.title': { en: 'Leave “{{name}}” running?', ko: '“{{name}}”을(를) 계속 실행할까요?' },
  'closing.text': {
    en: 'Closing the tab ends nothing: the desktop goes on with all that is open in it, and keeps its node.',
    ko: '탭을 닫아도 데스크톱은 열린 프로그램과 함께 계속 실행되며 노드도 계속 차지합니다.',
  },
  'closing.until': { en: 'It runs until {{time}}.', ko: '{{time}}까지 실행됩니다.' },
  'closing.leave': { en: 'Leave it running', ko: '계속 실행' },
  'closing.end': { en: 'End it…', ko: '종료…' },
  'closing.remember': {
    en: 'Leave this desktop running without asking',
    ko: '이 데스크톱은 묻지 않고 계속 실행',
  },

  'extend.title': { en: 'Time of “{{name}}”', ko: '“{{name}}”의 시간' },
  'extend.now': {
    en: 'It may run for {{limit}} in all, until {{time}}.',
    ko: '전체 {{limit}} 동안, {{time}}까지 실행할 수 있습니다.',
  },
  'extend.nowQueued': {
    en: 'It may run for {{limit}} once it has started.',
    ko: '시작되면 {{limit}} 동안 실행할 수 있습니다.',
  },
  'extend.hours': { en: 'Hours in all', ko: '전체 시간' },
  'extend.minutes': { en: 'Minutes', ko: '분' },
  'extend.more': { en: '+ {{time}}', ko: '+ {{time}}' },
  'extend.until': { en: 'It would end at {{time}}.', ko: '{{time}}에 종료됩니다.' },
  'extend.past': {
    en: 'That is less than it has run already: it would end at once.',
    ko: '이미 실행한 시간보다 짧아 바로 종료됩니다.',
  },
  'extend.save': { en: 'Set the time', ko: '시간 변경' },
  'extend.refused': {
    en: 'Many schedulers let only an administrator lengthen a running job. Ask for it, or start the next desktop with more time.',
    ko: '실행 중인 작업의 시간은 관리자만 늘릴 수 있는 경우가 많습니다. 관리자에게 요청하거나 다음 데스크톱을 더 긴 시간으로 시작하세요.',
  },

  'share.title': { en: 'Let a colleague watch “{{name}}”', ko: '“{{name}}” 보여 주기' },
  'share.text': {
    en: 'Whoever has the code and an account on {{site}} sees this screen as you work, and can neither type nor click.',
    ko: '코드를 가진 {{site}} 사용자는 작업 중인 화면을 볼 수만 있고, 입력하거나 클릭할 수 없습니다.',
  },
  'share.make': { en: 'Make a code', ko: '코드 만들기' },
  'share.makeNew': { en: 'Make a new code', ko: '새 코드 만들기' },
  'share.code': { en: 'Code to watch', ko: '보기 코드' },
  'share.copy': { en: 'Copy', ko: '복사' },
  'share.copied': { en: 'Copied', ko: '복사됨' },
  'share.once': {
    en: 'It is shown this once. Your colleague enters it under Desktops, “Watch a colleague’s”.',
    ko: '이 코드는 지금만 표시됩니다. 동료는 데스크톱 페이지의 “동료 데스크톱 보기”에 입력하면 됩니다.',
  },
  'share.since': {
    en: 'Shared since {{time}}. The code cannot be shown again; a new one ends the old.',
    ko: '{{time}}부터 공유 중입니다. 코드는 다시 표시할 수 없으며, 새로 만들면 이전 코드는 더 이상 쓸 수 없습니다.',
  },
  'share.revoke': { en: 'Stop sharing', ko: '공유 중지' },
  'share.revokeHint': { en: 'Whoever watches now is cut off.', ko: '지금 보고 있는 사람의 연결도 끊깁니다.' },

  'watch.title': { en: 'Watch a colleague’s desktop', ko: '동료 데스크톱 보기' },
  'watch.text': {
    en: 'Enter the code your colleague gave you. You see the screen; keys and clicks stay here.',
    ko: '동료에게 받은 코드를 입력하세요. 화면만 보이며 키와 클릭은 전달되지 않습니다.',
  },
  'watch.code': { en: 'Code', ko: '코드' },
  'watch.wrong': {
    en: 'A code looks like {{example}}: copy it whole.',
    ko: '코드는 {{example}}와 같은 형식입니다. 전체를 복사하세요.',
  },
  'watch.notFound': {
    en: 'No desktop answers to this code. It may have ended, or the code was taken back.',
    ko: '이 코드에 해당하는 데스크톱이 없습니다. 종료되었거나 코드가 취소되었을 수 있습니다.',
  },
  'watch.open': { en: 'Watch', ko: '보기' },
})
