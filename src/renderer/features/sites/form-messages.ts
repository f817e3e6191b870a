import { defineMessages } from '../../ui/text.ts'

/** Of the form that adds or changes a site. */
export const siteFormMessages = defineMessages('site-form', {
  where: { en: 'Where?', ko: '어디에 연결할까요?' },
  whereHint: {
    en: 'user@head-node, a name from ~/.ssh/config, or https://… as your administrator gave it',
    ko: 'user@head-node, ~/.ssh/config에 있는 이름, 또는 관리자가 알려 준 https://… 주소',
  },
  'is.sshUser': {
    en: 'SSH to {{host}} as {{user}}, port {{port}}',
    ko: 'SSH: {{host}}에 {{user}}(으)로, 포트 {{port}}',
  },
  'is.ssh': {
    en: 'SSH to {{host}} with your user name on this computer, port {{port}}',
    ko: 'SSH: {{host}}에 이 컴퓨터의 사용자 이름으로, 포트 {{port}}',
  },
  'is.configured': { en: 'from your SSH configuration', ko: 'SSH 설정에 있음' },
  'is.through': { en: 'through {{jump}}', ko: '{{jump}} 경유' },
  'is.https': { en: 'Headway server at {{host}} over HTTPS', ko: 'HTTPS: {{host}}의 Headway 서버' },
  'is.http': {
    en: 'Headway server at {{host}} over HTTP: without encryption',
    ko: 'HTTP: {{host}}의 Headway 서버(암호화되지 않음)',
  },
  'wrong.scheme': {
    en: 'An address begins with ssh://, https:// or a user name and @.',
    ko: '주소는 ssh://, https:// 또는 사용자 이름과 @로 시작합니다.',
  },
  'wrong.address': {
    en: 'This is no whole web address; names and passwords do not belong into it.',
    ko: '올바른 웹 주소가 아닙니다. 이름이나 비밀번호는 넣지 마세요.',
  },
  'wrong.host': { en: 'This is no name of a machine.', ko: '컴퓨터 이름이 아닙니다.' },
  'wrong.port': { en: 'A port is a number from 1 to 65535.', ko: '포트는 1부터 65535까지의 숫자입니다.' },
  'wrong.empty': { en: 'Type where the cluster is.', ko: '클러스터의 위치를 입력하세요.' },
  suggestions: { en: 'From your SSH configuration', ko: 'SSH 설정에 있는 호스트' },
  suggestionsCount_one: { en: '{{count}} host', ko: '호스트 {{count}}개' },
  suggestionsCount_other: { en: '{{count}} hosts', ko: '호스트 {{count}}개' },
  suggestionAdd: { en: 'Add {{alias}}', ko: '{{alias}} 추가' },
  name: { en: 'Name', ko: '이름' },
  nameHint: { en: 'Optional; how this window calls it', ko: '선택 사항. 이 창에서 부를 이름' },
  advanced: { en: 'Advanced', ko: '고급' },
  advancedHint: {
    en: 'What is left empty is as ~/.ssh/config says.',
    ko: '비워 두면 ~/.ssh/config를 따릅니다.',
  },
  client: { en: 'SSH program', ko: 'SSH 프로그램' },
  'client.built-in': { en: 'Headway’s own', ko: 'Headway 내장' },
  'client.system': { en: 'The system’s', ko: '시스템' },
  'client.hint': {
    en: 'The system’s is for certificates, FIDO keys, Kerberos and ProxyCommand.',
    ko: '인증서, FIDO 키, Kerberos, ProxyCommand가 필요하면 시스템 프로그램을 쓰세요.',
  },
  streams: { en: 'Streams', ko: '스트림' },
  'streams.auto': { en: 'Find out', ko: '자동' },
  'streams.bridge': { en: 'Through one channel', ko: '하나의 채널로' },
  'streams.hint': {
    en: 'One channel is for servers that forbid forwarding.',
    ko: '포워딩이 금지된 서버에서는 하나의 채널로 보냅니다.',
  },
  proxyJump: { en: 'Jump hosts', ko: '경유 호스트' },
  'proxyJump.hint': {
    en: 'user@gateway:port, several separated by commas; none for straight',
    ko: 'user@gateway:port, 여러 개는 쉼표로 구분. none이면 직접 연결',
  },
  identityFile: { en: 'Key file', ko: '키 파일' },
  'identityFile.hint': {
    en: 'A private key on the computer that Headway runs on',
    ko: 'Headway가 실행되는 컴퓨터에 있는 개인 키',
  },
  knownHosts: { en: 'Accepted host keys are written to', ko: '받아들인 호스트 키를 저장할 곳' },
  'knownHosts.headway': { en: 'Headway’s own file', ko: 'Headway 전용 파일' },
  'knownHosts.user': { en: '~/.ssh/known_hosts', ko: '~/.ssh/known_hosts' },
  'knownHosts.hint': { en: 'Both are read.', ko: '두 파일을 모두 읽습니다.' },
  connections: { en: 'Connections for uploads', ko: '업로드용 연결 수' },
  'connections.hint': {
    en: '1 to 8; more are opened only where no second prompt is needed',
    ko: '1~8. 추가 인증이 필요 없을 때만 늘립니다',
  },
  'connections.auto': { en: 'Automatic', ko: '자동' },
  proxy: { en: 'Proxy', ko: '프록시' },
  'proxy.system': { en: 'As the system', ko: '시스템 설정' },
  'proxy.none': { en: 'None', ko: '사용 안 함' },
  'proxy.address': { en: 'This one', ko: '직접 지정' },
  'proxy.value': { en: 'Address of the proxy', ko: '프록시 주소' },
  'proxy.hint': {
    en: 'http://proxy.example:3128, or the address of a PAC file',
    ko: 'http://proxy.example:3128 또는 PAC 파일의 주소',
  },
  caFile: { en: 'CA file', ko: 'CA 파일' },
  'caFile.hint': {
    en: 'PEM file with further certificate authorities, on the computer that Headway runs on',
    ko: '추가 인증 기관이 담긴 PEM 파일. Headway가 실행되는 컴퓨터에 있어야 합니다',
  },
  pin: { en: 'Pin', ko: '핀' },
  'pin.hint': {
    en: 'SHA256:… of the server’s public key; any other key is refused',
    ko: '서버 공개 키의 SHA256:… 값. 다른 키는 거부합니다',
  },
  'pin.wrong': {
    en: 'A pin is SHA256: and 43 letters and digits.',
    ko: '핀은 SHA256: 뒤에 43자가 이어집니다.',
  },
  test: { en: 'Test', ko: '시험' },
  connect: { en: 'Connect', ko: '연결' },
})
