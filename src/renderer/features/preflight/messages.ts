import { defineMessages } from '../../ui/text.ts'

export const preflightMessages = defineMessages('preflight', {
  title: { en: 'Before you submit', ko: '제출 전 점검' },
  'level.error': { en: 'Blocks', ko: '제출 불가' },
  'level.warning': { en: 'Note', ko: '주의' },
  'level.ok': { en: 'Good', ko: '정상' },
  checking: { en: 'Checking…', ko: '점검하는 중…' },
  waiting: {
    en: 'The checks run when the form is complete.',
    ko: '양식을 모두 채우면 점검합니다.',
  },
  offline: {
    en: 'The checks run when {{site}} is connected. You can submit now: the job is kept and sent once when it is.',
    ko: '{{site}}에 연결되면 점검합니다. 지금 제출해도 됩니다. 작업을 보관했다가 연결되면 한 번만 보냅니다.',
  },
  signedOut: {
    en: 'The checks run when you have signed in to {{site}}.',
    ko: '{{site}}에 로그인하면 점검합니다.',
  },
  unsupported: {
    en: 'The agent of {{site}} is older and cannot check ahead. It checks when you submit.',
    ko: '{{site}}의 에이전트가 오래되어 미리 점검할 수 없습니다. 제출할 때 확인합니다.',
  },

  'start.soon': { en: 'Would start now', ko: '바로 시작할 수 있습니다' },
  'start.at': { en: 'Starts about {{time}}, in {{wait}}', ko: '{{time}}쯤 시작 ({{wait}} 후)' },
  'start.on': { en: 'on {{nodes}}', ko: '{{nodes}}에서' },
  'start.asking': { en: 'Asking when it would start…', ko: '시작 시각을 묻는 중…' },
  'start.unknown': { en: 'When it starts cannot be said', ko: '시작 시각은 알 수 없습니다' },

  partition: {
    en: 'Fits partition {{partition}} and your limits there',
    ko: '파티션 {{partition}}과 사용자 한도에 맞습니다',
  },
  'partition-unknown': {
    en: 'There is no partition “{{partition}}” here. There are: {{known}}.',
    ko: '파티션 “{{partition}}”이(가) 없습니다. 있는 파티션: {{known}}',
  },
  'partition-down.waits': {
    en: 'Partition {{partition}} is {{state}}: the job waits until it is up again.',
    ko: '파티션 {{partition}}의 상태가 {{state}}입니다. 다시 열릴 때까지 기다립니다.',
  },
  'partition-down.refuses': {
    en: 'Partition {{partition}} is {{state}} and takes no new jobs.',
    ko: '파티션 {{partition}}의 상태가 {{state}}이어서 새 작업을 받지 않습니다.',
  },
  'partition-closed.account': {
    en: 'Partition {{partition}} is open to these accounts only: {{allowed}}.',
    ko: '파티션 {{partition}}은(는) 다음 계정만 쓸 수 있습니다: {{allowed}}',
  },
  'partition-closed.qos': {
    en: 'Partition {{partition}} is open to these QOS only: {{allowed}}.',
    ko: '파티션 {{partition}}은(는) 다음 QOS만 쓸 수 있습니다: {{allowed}}',
  },
  'partition-groups': {
    en: 'Partition {{partition}} is for members of {{groups}}. Whether you are one cannot be seen from here.',
    ko: '파티션 {{partition}}은(는) {{groups}} 그룹만 쓸 수 있습니다. 속해 있는지는 여기서 알 수 없습니다.',
  },
  'account-unknown': {
    en: 'Account “{{account}}” is not one of yours ({{known}}).',
    ko: '“{{account}}”은(는) 사용할 수 있는 계정({{known}})이 아닙니다.',
  },
  'qos-unknown': {
    en: 'QOS “{{qos}}” is not one of yours ({{known}}).',
    ko: '“{{qos}}”은(는) 사용할 수 있는 QOS({{known}})가 아닙니다.',
  },

  'source.partition': { en: 'partition {{name}}', ko: '파티션 {{name}}' },
  'source.account': { en: 'account {{name}}', ko: '계정 {{name}}' },
  'source.qos': { en: 'QOS {{name}}', ko: 'QOS {{name}}' },
  'limit.nodes': {
    en: '{{asked}} nodes are too many: {{source}} gives a job at most {{limit}}. It would be refused or never start.',
    ko: '노드 {{asked}}개는 너무 많습니다. {{source}}의 작업당 한도는 {{limit}}개입니다. 거부되거나 시작되지 않습니다.',
  },
  'limit.cores': {
    en: '{{asked}} cores are too many: {{source}} gives such a job at most {{limit}}. It would be refused or never start.',
    ko: '코어 {{asked}}개는 너무 많습니다. {{source}}에서 이 구성의 한도는 {{limit}}개입니다. 거부되거나 시작되지 않습니다.',
  },
  'limit.time': {
    en: '{{asked}} is too long: {{source}} lets a job run for {{limit}}. It would be refused or never start.',
    ko: '{{asked}}은(는) 너무 깁니다. {{source}}의 시간 제한은 {{limit}}입니다. 거부되거나 시작되지 않습니다.',
  },
  'limit.memory': {
    en: '{{asked}} of memory on a node is too much: {{source}} has {{limit}}. It would be refused or never start.',
    ko: '노드당 메모리 {{asked}}은(는) 너무 많습니다. {{source}}의 한도는 {{limit}}입니다. 거부되거나 시작되지 않습니다.',
  },
  'limit.gpus': {
    en: '{{asked}} GPUs are too many: {{source}} gives such a job at most {{limit}}. It would be refused or never start.',
    ko: 'GPU {{asked}}개는 너무 많습니다. {{source}}에서 이 구성의 한도는 {{limit}}개입니다. 거부되거나 시작되지 않습니다.',
  },
  'limit.noGpus': {
    en: 'This job asks for GPUs ({{asked}}); {{source}} has none.',
    ko: '{{source}}에는 GPU가 없는데 {{asked}}개를 요청했습니다.',
  },
  'nodes-idle_one': {
    en: '{{nodes}} nodes for {{count}} task: Slurm uses one node for each task at most and leaves the others away.',
    ko: '태스크 {{count}}개에 노드 {{nodes}}개를 요청했습니다. Slurm은 태스크 수보다 많은 노드를 쓰지 않습니다.',
  },
  'nodes-idle_other': {
    en: '{{nodes}} nodes for {{count}} tasks: Slurm uses one node for each task at most and leaves the others away.',
    ko: '태스크 {{count}}개에 노드 {{nodes}}개를 요청했습니다. Slurm은 태스크 수보다 많은 노드를 쓰지 않습니다.',
  },
  'submit-limit': {
    en: 'You have {{now}} jobs and this adds {{adds}}; {{source}} allows {{limit}} in the queue. Wait for some to end, or ask for fewer.',
    ko: '{{source}}에서는 작업 {{limit}}개까지 제출할 수 있습니다. 지금 {{now}}개가 있고 {{adds}}개가 더해집니다. 일부가 끝나길 기다리거나 수를 줄이세요.',
  },
  'run-limit': {
    en: 'You have {{now}} jobs, and {{source}} runs {{limit}} at a time: this one waits for one of them.',
    ko: '{{source}}에서는 동시에 {{limit}}개까지 실행됩니다. 지금 {{now}}개가 있어 하나가 끝날 때까지 기다립니다.',
  },

  files_one: { en: '{{count}} file is there and verified ({{bytes}})', ko: '파일 {{count}}개 확인됨 ({{bytes}})' },
  files_other: { en: '{{count}} files are there and verified ({{bytes}})', ko: '파일 {{count}}개 확인됨 ({{bytes}})' },
  'files-coming_one': {
    en: '{{count}} file is still to come ({{bytes}}); the job goes out after it',
    ko: '파일 {{count}}개({{bytes}})가 업로드된 뒤 제출됩니다',
  },
  'files-coming_other': {
    en: '{{count}} files are still to come ({{bytes}}); the job goes out after them',
    ko: '파일 {{count}}개({{bytes}})가 업로드된 뒤 제출됩니다',
  },
  'file-unknown_one': {
    en: '{{count}} file is no longer on the cluster. Take it out and drop it again.',
    ko: '파일 {{count}}개가 클러스터에 없습니다. 목록에서 빼고 다시 놓으세요.',
  },
  'file-unknown_other': {
    en: '{{count}} files are no longer on the cluster. Take them out and drop them again.',
    ko: '파일 {{count}}개가 클러스터에 없습니다. 목록에서 빼고 다시 놓으세요.',
  },
  'file-unfinished_one': {
    en: '{{count}} file has not been verified yet.',
    ko: '파일 {{count}}개가 아직 확인되지 않았습니다.',
  },
  'file-unfinished_other': {
    en: '{{count}} files have not been verified yet.',
    ko: '파일 {{count}}개가 아직 확인되지 않았습니다.',
  },
  slot: { en: 'Files for “{{slot}}”: {{reason}}.', ko: '“{{slot}}” 파일: {{reason}}.' },
  'too-many-files': {
    en: 'A job takes {{limit}} files and folders; these are {{count}}. Drop a folder instead: it counts as one.',
    ko: '작업 하나에 파일과 폴더를 {{limit}}개까지 쓸 수 있는데 {{count}}개입니다. 폴더째 놓으면 하나로 셉니다.',
  },
  commands: { en: 'Found on the site: {{commands}}', ko: '사이트에 있음: {{commands}}' },
  'commands-missing': {
    en: 'The site lacks {{commands}}. Ask the administrator to install it.',
    ko: '사이트에 {{commands}}이(가) 없습니다. 관리자에게 설치를 요청하세요.',
  },
  parameter: { en: '“{{parameter}}” {{reason}}.', ko: '“{{parameter}}”: {{reason}}.' },
  'template-version': {
    en: 'The template is version {{now}} by now; this form was made from {{asked}}. Open the form again.',
    ko: '템플릿이 버전 {{now}}(으)로 바뀌었습니다(이 양식은 버전 {{asked}}). 양식을 다시 여세요.',
  },
  space: { en: 'Room for the files: {{free}} free', ko: '파일을 둘 공간이 충분합니다: {{free}} 남음' },
  'space-short': {
    en: 'The files still need {{needed}}, and {{free}} is free on the site. Remove old files there first.',
    ko: '파일에 {{needed}}이(가) 더 필요한데 사이트에는 {{free}}만 남았습니다. 먼저 오래된 파일을 지우세요.',
  },
  licenses: { en: 'Licences free: {{list}}', ko: '남은 라이선스: {{list}}' },
  'license-unknown': {
    en: 'The site knows no licence “{{name}}”. It has: {{known}}.',
    ko: '사이트에 “{{name}}” 라이선스가 없습니다. 있는 라이선스: {{known}}',
  },
  'license-total': {
    en: 'The site has {{total}} licences of {{name}} in all; this job asks for {{asked}}.',
    ko: '{{name}} 라이선스는 모두 {{total}}개인데 {{asked}}개를 요청했습니다.',
  },
  'license-busy': {
    en: '{{free}} of {{total}} licences of {{name}} are free; the job needs {{asked}} and waits for them.',
    ko: '{{name}} 라이선스 {{total}}개 중 {{free}}개가 남았습니다. {{asked}}개가 될 때까지 기다립니다.',
  },
  'dependency-unknown': {
    en: 'Job {{job}}, which this one waits for, is not one of your jobs here.',
    ko: '기다릴 작업 {{job}}은(는) 이 사이트의 내 작업이 아닙니다.',
  },
  'dependency-never.afterok': {
    en: 'Job {{job}} ended without success ({{state}}): a job that waits for its success never starts.',
    ko: '작업 {{job}}이(가) 성공하지 못하고 끝났습니다({{state}}). 그 성공을 기다리는 작업은 시작되지 않습니다.',
  },
  'dependency-never.afternotok': {
    en: 'Job {{job}} ended well: a job that waits for its failure never starts.',
    ko: '작업 {{job}}이(가) 성공했습니다. 그 실패를 기다리는 작업은 시작되지 않습니다.',
  },
  'past.range': { en: '{{low}} – {{high}}', ko: '{{low}} – {{high}}' },
  'memory-generous': {
    en: 'Your last {{runs}} runs of this template used {{used}} of memory; you ask for {{asked}}. Asking for less starts sooner.',
    ko: '이 템플릿의 최근 실행 {{runs}}건은 메모리를 {{used}} 썼는데 {{asked}}을(를) 요청했습니다. 줄이면 더 빨리 시작됩니다.',
  },
  'memory-tight': {
    en: 'Your last {{runs}} runs of this template used {{used}} of memory; you ask for {{asked}}. It may run out.',
    ko: '이 템플릿의 최근 실행 {{runs}}건은 메모리를 {{used}} 썼는데 {{asked}}만 요청했습니다. 부족할 수 있습니다.',
  },
  'time-generous': {
    en: 'Your last {{runs}} runs of this template took {{used}}; you ask for {{asked}}. Asking for less starts sooner.',
    ko: '이 템플릿의 최근 실행 {{runs}}건은 {{used}} 걸렸는데 {{asked}}을(를) 요청했습니다. 줄이면 더 빨리 시작됩니다.',
  },
  'time-tight': {
    en: 'Your last {{runs}} runs of this template took {{used}}; you ask for {{asked}}. It may be stopped before its end.',
    ko: '이 템플릿의 최근 실행 {{runs}}건은 {{used}} 걸렸는데 {{asked}}만 요청했습니다. 끝나기 전에 중지될 수 있습니다.',
  },
  refused: {
    en: 'The scheduler would refuse this job: {{reason}}.',
    ko: '스케줄러가 이 작업을 거부합니다: {{reason}}.',
  },
  'scheduler-silent': {
    en: 'The scheduler does not answer now. What is said here is as it was {{since}}.',
    ko: '스케줄러가 지금 응답하지 않습니다. 아래 내용은 {{since}} 기준입니다.',
  },

  'use.nodes_one': { en: 'Use {{count}} node', ko: '노드 {{count}}개로' },
  'use.nodes_other': { en: 'Use {{count}} nodes', ko: '노드 {{count}}개로' },
  'use.tasks_one': { en: 'Use {{count}} task', ko: '태스크 {{count}}개로' },
  'use.tasks_other': { en: 'Use {{count}} tasks', ko: '태스크 {{count}}개로' },
  'use.gpus_one': { en: 'Use {{count}} GPU', ko: 'GPU {{count}}개로' },
  'use.gpus_other': { en: 'Use {{count}} GPUs', ko: 'GPU {{count}}개로' },
  'use.value': { en: 'Use {{value}}', ko: '{{value}}(으)로' },
  'use.partition': { en: 'Choose partition {{value}}', ko: '파티션 {{value}} 선택' },
  'use.account': { en: 'Use account {{value}}', ko: '계정 {{value}} 사용' },
  'use.qos': { en: 'Use QOS {{value}}', ko: 'QOS {{value}} 사용' },
})
