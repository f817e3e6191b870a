import { defineMessages } from '../ui/text.ts'

/** For each code what happened (`X`) and, where there is one, the next step (`X.next`). */
export const errorMessages = defineMessages('errors', {
  BAD_INPUT: {
    en: 'A value was not accepted ({{path}}: {{reason}}).',
    ko: '받아들일 수 없는 값입니다({{path}}: {{reason}}).',
  },
  'BAD_INPUT.next': { en: 'Change it and try again.', ko: '값을 고친 뒤 다시 시도하세요.' },
  UNKNOWN_METHOD: {
    en: 'This window and its core are of different versions.',
    ko: '창과 코어의 버전이 서로 다릅니다.',
  },
  'UNKNOWN_METHOD.next': { en: 'Restart Headway.', ko: 'Headway를 다시 시작하세요.' },
  CANCELLED: { en: 'Cancelled.', ko: '취소되었습니다.' },
  INTERNAL: { en: 'Something went wrong inside Headway.', ko: 'Headway 내부에서 문제가 발생했습니다.' },
  'INTERNAL.next': {
    en: 'Try again. If it stays, give reference {{reference}} to your administrator.',
    ko: '다시 시도하세요. 계속되면 참조 번호 {{reference}}를 관리자에게 알려 주세요.',
  },
  FRAME_TOO_LARGE: {
    en: 'That is too much for one request (limit {{limit}}).',
    ko: '한 번에 보낼 수 있는 크기({{limit}})를 넘었습니다.',
  },
  'FRAME_TOO_LARGE.next': { en: 'Do it in smaller parts.', ko: '더 작게 나누어 다시 시도하세요.' },
  DISCONNECTED: { en: 'The window lost its connection to Headway.', ko: '창이 Headway와의 연결을 잃었습니다.' },
  'DISCONNECTED.next': {
    en: 'It connects again by itself; check that Headway still runs.',
    ko: '자동으로 다시 연결합니다. Headway가 실행 중인지 확인하세요.',
  },
  'NOT_FOUND.site': { en: 'This site is no longer in the list.', ko: '이 사이트는 더 이상 목록에 없습니다.' },
  'NOT_FOUND.template': {
    en: 'The template “{{id}}” no longer exists.',
    ko: '템플릿 “{{id}}”은(는) 더 이상 없습니다.',
  },
  'NOT_FOUND.job': { en: 'Job {{id}} is not known on this site.', ko: '이 사이트에는 작업 {{id}}이(가) 없습니다.' },
  'NOT_FOUND.upload': { en: 'This upload no longer exists.', ko: '이 업로드는 더 이상 없습니다.' },
  'NOT_FOUND.task': { en: 'This task has already ended.', ko: '이 작업은 이미 끝났습니다.' },
  'NOT_FOUND.file': { en: 'The file “{{id}}” no longer exists.', ko: '파일 “{{id}}”은(는) 더 이상 없습니다.' },
  'NOT_FOUND.setting': { en: 'This setting does not exist.', ko: '이 설정은 없습니다.' },
  'NOT_FOUND.question': {
    en: 'This question was answered elsewhere, or its connection is gone.',
    ko: '다른 곳에서 이미 답했거나 연결이 끊어진 질문입니다.',
  },
  'NOT_FOUND.question.next': { en: 'Connect again if it is still needed.', ko: '아직 필요하면 다시 연결하세요.' },
  'NOT_FOUND.forward': { en: 'This forward is already closed.', ko: '이 포트 전달은 이미 닫혔습니다.' },
  'NOT_FOUND.terminal': { en: 'This terminal no longer exists.', ko: '이 터미널은 더 이상 없습니다.' },
  'NOT_FOUND.desktop': { en: 'This desktop is not known on this site.', ko: '이 사이트에는 이 데스크톱이 없습니다.' },
  'NOT_FOUND.outbox': {
    en: 'This entry is no longer in the outbox.',
    ko: '보낼 작업에 더 이상 없는 항목입니다.',
  },
  'NOT_FOUND.next': {
    en: 'It may have been removed elsewhere. Go back to the list.',
    ko: '다른 곳에서 삭제되었을 수 있습니다. 목록으로 돌아가세요.',
  },
  CONFLICT: {
    en: 'That is not possible in the present state: {{reason}}.',
    ko: '지금 상태에서는 할 수 없습니다: {{reason}}.',
  },
  'CONFLICT.next': {
    en: 'Look at its present state, then decide again.',
    ko: '현재 상태를 확인한 뒤 다시 결정하세요.',
  },
  OFFLINE: { en: '{{site}} cannot be reached.', ko: '{{site}}에 연결할 수 없습니다.' },
  'OFFLINE.next': {
    en: 'Nothing is lost; Headway tries again by itself. Check the network or the VPN.',
    ko: '잃어버린 것은 없으며 자동으로 다시 시도합니다. 네트워크나 VPN을 확인하세요.',
  },
  NOT_AN_AGENT: {
    en: 'No Headway agent answers at {{url}} ({{reason}}).',
    ko: '{{url}}에서 응답하는 Headway 에이전트가 없습니다({{reason}}).',
  },
  'NOT_AN_AGENT.next': {
    en: 'Check the address and its port with your administrator.',
    ko: '주소와 포트를 관리자에게 확인하세요.',
  },
  PORT_TAKEN: {
    en: 'Port {{port}} of this computer is in use by another program.',
    ko: '이 컴퓨터의 {{port}}번 포트는 다른 프로그램이 사용 중입니다.',
  },
  'PORT_TAKEN.next': {
    en: 'Choose another one, or leave the field empty for any free one.',
    ko: '다른 포트를 고르거나, 비워 두면 빈 포트를 찾아 씁니다.',
  },
  SIGNED_OUT: { en: 'You are signed out of {{site}}.', ko: '{{site}}에서 로그아웃되었습니다.' },
  'SIGNED_OUT.next': { en: 'Sign in again; your work is kept.', ko: '다시 로그인하세요. 작업 내용은 그대로 있습니다.' },
  WRONG_CREDENTIALS: {
    en: 'The user name or the password is wrong.',
    ko: '사용자 이름 또는 비밀번호가 올바르지 않습니다.',
  },
  'WRONG_CREDENTIALS.next': {
    en: 'Check both, and the Caps Lock and Korean input keys.',
    ko: '둘 다 확인하고 Caps Lock과 한/영 상태도 확인하세요.',
  },
  RATE_LIMITED: { en: 'Too many attempts in a short time.', ko: '짧은 시간에 너무 많이 시도했습니다.' },
  'RATE_LIMITED.next': { en: 'Try again in {{wait}}.', ko: '{{wait}} 후에 다시 시도하세요.' },
  FORBIDDEN: {
    en: 'Your account lacks the permission “{{permission}}”.',
    ko: '계정에 “{{permission}}” 권한이 없습니다.',
  },
  'FORBIDDEN.next': { en: 'Ask the site’s administrator for it.', ko: '사이트 관리자에게 권한을 요청하세요.' },
  'ACCOUNT_REFUSED.no-account': {
    en: 'There is no account of your name on the cluster.',
    ko: '클러스터에 같은 이름의 계정이 없습니다.',
  },
  'ACCOUNT_REFUSED.no-account.next': {
    en: 'Ask the administrator for one; files and jobs need it.',
    ko: '관리자에게 계정을 요청하세요. 파일과 작업에 필요합니다.',
  },
  'ACCOUNT_REFUSED.system': {
    en: 'Headway does not act for root and accounts of the system.',
    ko: 'Headway는 root와 시스템 계정으로는 작업하지 않습니다.',
  },
  'ACCOUNT_REFUSED.system.next': {
    en: 'Sign in with your own account.',
    ko: '본인 계정으로 로그인하세요.',
  },
  'ACCOUNT_REFUSED.not-allowed': {
    en: 'Headway may not act for your account on the cluster.',
    ko: 'Headway가 클러스터의 이 계정으로 작업할 권한이 없습니다.',
  },
  'ACCOUNT_REFUSED.not-allowed.next': {
    en: 'Ask the administrator to add it to the group of Headway’s users.',
    ko: '관리자에게 Headway 사용자 그룹에 추가해 달라고 요청하세요.',
  },
  'ACCOUNT_REFUSED.no-home': {
    en: 'The folder for your files on the cluster is not there, or you may not write into it.',
    ko: '클러스터에 파일을 저장할 폴더가 없거나 쓸 수 없습니다.',
  },
  'ACCOUNT_REFUSED.no-home.next': {
    en: 'Ask the administrator for your home folder.',
    ko: '관리자에게 홈 폴더를 확인해 달라고 요청하세요.',
  },
  'ACCOUNT_REFUSED.not-own': {
    en: 'Your folder on the cluster belongs to somebody else, is a link, or others may write into it.',
    ko: '클러스터의 폴더가 다른 사람의 것이거나, 링크이거나, 다른 사람도 쓸 수 있습니다.',
  },
  'ACCOUNT_REFUSED.not-own.next': {
    en: 'Ask the administrator to set its owner and permissions right.',
    ko: '관리자에게 소유자와 권한을 바로잡아 달라고 요청하세요.',
  },
  AGENT: {
    en: 'The site answered with an error ({{status}}): {{message}}.',
    ko: '사이트가 오류를 보냈습니다({{status}}): {{message}}.',
  },
  'AGENT.next': {
    en: 'Try again, or show this line to the administrator.',
    ko: '다시 시도하거나 이 문장을 관리자에게 보여 주세요.',
  },
  SECRETS_UNAVAILABLE: {
    en: 'This system offers no encrypted store for secrets ({{reason}}).',
    ko: '이 시스템에는 암호화된 비밀 저장소가 없습니다({{reason}}).',
  },
  'SECRETS_UNAVAILABLE.next': {
    en: 'You stay signed in until Headway closes. Unlock the system’s keyring to be remembered.',
    ko: 'Headway를 닫을 때까지만 로그인이 유지됩니다. 계속 유지하려면 시스템 키링의 잠금을 푸세요.',
  },
  FILE_TOO_LARGE: {
    en: 'File size exceeds maximum ({{limit}})',
    ko: 'File size exceeds maximum ({{limit}}): 파일이 최대 크기를 넘습니다.',
  },
  'FILE_TOO_LARGE.next': {
    en: '“{{name}}” has {{size}}. Split or compress it; nothing was sent.',
    ko: '“{{name}}”의 크기는 {{size}}입니다. 나누거나 압축하세요. 전송된 것은 없습니다.',
  },
  FILE_CHANGED: {
    en: '“{{name}}” changed while it was being uploaded.',
    ko: '업로드 중에 “{{name}}” 파일이 바뀌었습니다.',
  },
  'FILE_CHANGED.next': {
    en: 'Nothing half-written was kept as whole. Save it, then retry.',
    ko: '불완전한 파일은 남기지 않았습니다. 저장을 마친 뒤 다시 시도하세요.',
  },
  FILE_MISSING: { en: '“{{name}}” is no longer where it was.', ko: '“{{name}}” 파일이 원래 위치에 없습니다.' },
  'FILE_MISSING.next': {
    en: 'Put it back or choose it again; what was sent is kept.',
    ko: '되돌려 놓거나 다시 선택하세요. 이미 보낸 부분은 보존됩니다.',
  },
  FILE_UNREADABLE: {
    en: '“{{name}}” cannot be read ({{reason}}).',
    ko: '“{{name}}” 파일을 읽을 수 없습니다({{reason}}).',
  },
  'FILE_UNREADABLE.next': {
    en: 'Check its permissions or the drive, then retry.',
    ko: '권한이나 드라이브를 확인한 뒤 다시 시도하세요.',
  },
  FILE_DETACHED: {
    en: 'The browser let go of “{{name}}” when the page was reloaded.',
    ko: '페이지를 새로 고치면서 브라우저가 “{{name}}” 파일을 놓았습니다.',
  },
  'FILE_DETACHED.next': {
    en: 'Choose it again to go on where it stopped.',
    ko: '파일을 다시 선택하면 멈춘 곳부터 이어집니다.',
  },
  FILE_REFUSED: {
    en: 'The site’s security check refused “{{name}}”: {{warnings}}.',
    ko: '사이트의 보안 검사가 “{{name}}” 파일을 거부했습니다: {{warnings}}.',
  },
  'FILE_REFUSED.next': { en: 'Send a file of the expected kind.', ko: '알맞은 종류의 파일을 보내세요.' },
  'NAME_REFUSED.empty': { en: 'A file has no name.', ko: '이름이 없는 파일입니다.' },
  'NAME_REFUSED.too-long': { en: 'The name “{{name}}” is too long.', ko: '파일 이름 “{{name}}”이(가) 너무 깁니다.' },
  'NAME_REFUSED.traversal': {
    en: 'The name “{{name}}” points outside its folder.',
    ko: '파일 이름 “{{name}}”이(가) 폴더 밖을 가리킵니다.',
  },
  'NAME_REFUSED.control-character': {
    en: 'The name “{{name}}” holds invisible control characters.',
    ko: '파일 이름 “{{name}}”에 보이지 않는 제어 문자가 있습니다.',
  },
  'NAME_REFUSED.reserved': {
    en: 'The name “{{name}}” is reserved.',
    ko: '파일 이름 “{{name}}”은(는) 예약되어 있습니다.',
  },
  'NAME_REFUSED.next': { en: 'Rename the file and drop it again.', ko: '파일 이름을 바꾼 뒤 다시 놓으세요.' },
  CHECKSUM_MISMATCH: {
    en: '“{{name}}” arrived with other bytes than were sent.',
    ko: '“{{name}}” 파일이 보낸 것과 다르게 도착했습니다.',
  },
  'CHECKSUM_MISMATCH.next': {
    en: 'It was not accepted. Retry to send it again.',
    ko: '받아들이지 않았습니다. 다시 시도하면 새로 보냅니다.',
  },
  NO_SPACE: {
    en: 'The site has no room: {{needed}} needed, {{free}} free.',
    ko: '사이트에 공간이 부족합니다: {{needed}} 필요, {{free}} 남음.',
  },
  'NO_SPACE.quota': {
    en: 'The quota of your files, {{limit}}, does not leave enough: {{needed}} needed, {{free}} free.',
    ko: '파일 할당량 {{limit}} 중 남은 공간이 부족합니다: {{needed}} 필요, {{free}} 남음.',
  },
  'NO_SPACE.here': {
    en: 'The disk of this computer is full: {{needed}} needed.',
    ko: '이 컴퓨터의 디스크가 가득 찼습니다: {{needed}} 필요.',
  },
  'NO_SPACE.hereNext': {
    en: 'Make room on this computer, then retry; what was fetched stays.',
    ko: '이 컴퓨터에 공간을 확보한 뒤 다시 시도하세요. 이미 받은 부분은 그대로 남습니다.',
  },
  'NO_SPACE.next': {
    en: 'Remove old results there or ask for quota, then retry.',
    ko: '오래된 결과를 지우거나 할당량을 요청한 뒤 다시 시도하세요.',
  },
  TEMPLATE_INVALID: { en: 'Line {{line}}: {{reason}}.', ko: '{{line}}행: {{reason}}.' },
  'TEMPLATE_INVALID.next': { en: 'Correct that line and save again.', ko: '해당 행을 고친 뒤 다시 저장하세요.' },
  PARAMETER_INVALID: {
    en: '“{{parameter}}” was not accepted: {{reason}}.',
    ko: '“{{parameter}}” 값을 받아들일 수 없습니다: {{reason}}.',
  },
  'PARAMETER_INVALID.next': { en: 'Correct the value in the form.', ko: '양식에서 값을 고치세요.' },
  REQUIREMENT_MISSING: { en: 'The site lacks: {{commands}}.', ko: '사이트에 없는 명령: {{commands}}.' },
  'REQUIREMENT_MISSING.next': {
    en: 'Ask the administrator to install it, or choose another template.',
    ko: '관리자에게 설치를 요청하거나 다른 템플릿을 선택하세요.',
  },
  FILES_MISSING: { en: 'Files are still missing: {{slots}}.', ko: '아직 필요한 파일이 있습니다: {{slots}}.' },
  'FILES_MISSING.next': { en: 'Drop them on the form.', ko: '양식에 파일을 놓으세요.' },
})
