import { defineMessages } from '../../ui/text.ts'

export const forwardsMessages = defineMessages('forwards', {
  title: { en: 'Port forwards', ko: '포트 전달' },
  note: {
    en: 'Ports of this computer that lead to one behind {{site}}',
    ko: '{{site}} 너머로 이어지는 이 컴퓨터의 포트',
  },
  'form.title': { en: 'Open a forward', ko: '포트 전달 열기' },
  host: { en: 'Machine', ko: '컴퓨터' },
  hostHint: { en: 'As the head node calls it', ko: '헤드 노드에서 부르는 이름' },
  hostWrong: { en: 'A name or an address, without spaces', ko: '공백 없는 이름 또는 주소' },
  port: { en: 'Port', ko: '포트' },
  portHint: { en: '1 to 65535', ko: '1~65535' },
  portWrong: { en: 'A number from 1 to 65535', ko: '1부터 65535까지의 숫자' },
  localPort: { en: 'Port here', ko: '이 컴퓨터의 포트' },
  localPortHint: { en: 'Empty: any free one', ko: '비워 두면 빈 포트' },
  localPortWrong: { en: 'A number from 1024 to 65535', ko: '1024부터 65535까지의 숫자' },
  open: { en: 'Open', ko: '열기' },
  warning: {
    en: 'Every program and every user of this computer can use an open forward. Close it when you are done.',
    ko: '열린 포트는 이 컴퓨터의 모든 프로그램과 사용자가 쓸 수 있습니다. 다 쓰면 닫으세요.',
  },
  local: { en: 'On this computer', ko: '이 컴퓨터' },
  target: { en: 'Leads to', ko: '대상' },
  connections: { en: 'Connections', ko: '연결 수' },
  bytes: { en: 'Carried', ko: '전송량' },
  actions: { en: 'Actions', ko: '동작' },
  copy: { en: 'Copy {{address}}', ko: '{{address}} 복사' },
  copied: { en: 'Copied', ko: '복사됨' },
  browse: { en: 'Open {{address}} in the browser', ko: '브라우저에서 {{address}} 열기' },
  close: { en: 'Close', ko: '닫기' },
  closeOne: { en: 'Close {{address}}', ko: '{{address}} 닫기' },
  empty: {
    en: 'None is open. A forward brings a web page or a service of the cluster to this computer, such as a notebook or a licence server.',
    ko: '열린 포트 전달이 없습니다. 노트북이나 라이선스 서버처럼 클러스터에 있는 웹 페이지나 서비스를 이 컴퓨터에서 쓸 수 있게 합니다.',
  },
  'noSsh.title': { en: 'No forwards on this site', ko: '이 사이트에는 포트 전달이 없습니다' },
  'noSsh.text': {
    en: 'A forward needs a site that is reached over SSH.',
    ko: '포트 전달은 SSH로 연결하는 사이트에서만 사용할 수 있습니다.',
  },
  'noSsh.add': { en: 'Add a site', ko: '사이트 추가' },
})
