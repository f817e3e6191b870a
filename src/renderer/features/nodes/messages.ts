import { defineMessages } from '../../ui/text.ts'

export const nodesMessages = defineMessages('nodes', {
  title: { en: 'Nodes', ko: '노드' },
  at: { en: 'As of {{time}}', ko: '{{time}} 기준' },
  'summary.nodes': { en: 'Nodes online', ko: '사용 가능한 노드' },
  'summary.cpus': { en: 'Cores in use', ko: '사용 중인 코어' },
  'summary.memory': { en: 'Memory in use', ko: '사용 중인 메모리' },
  'summary.jobs': { en: 'Jobs', ko: '작업' },
  'summary.running': { en: '{{running}} running, {{pending}} pending', ko: '실행 {{running}}, 대기 {{pending}}' },
  'summary.storage': { en: 'Storage in use', ko: '사용 중인 저장 공간' },
  of: { en: '{{part}} of {{whole}}', ko: '{{part}} / {{whole}}' },
  count_one: { en: '{{count}} node', ko: '노드 {{count}}개' },
  count_other: { en: '{{count}} nodes', ko: '노드 {{count}}개' },
  name: { en: 'Node', ko: '노드' },
  state: { en: 'State', ko: '상태' },
  cpus: { en: 'Cores', ko: '코어' },
  memory: { en: 'Memory', ko: '메모리' },
  load: { en: 'Load', ko: '부하' },
  partitions: { en: 'Partitions', ko: '파티션' },
  reason: { en: 'Reason', ko: '사유' },
  cpuBar: { en: 'Cores in use on {{name}}', ko: '{{name}}의 사용 중인 코어' },
  memoryBar: { en: 'Memory in use on {{name}}', ko: '{{name}}의 사용 중인 메모리' },
  'empty.title': { en: 'This site reports no nodes', ko: '이 사이트에서 보고된 노드가 없습니다' },
  'empty.text': {
    en: 'Nodes, their cores, memory and load appear here as soon as the scheduler knows them.',
    ko: '스케줄러에 노드가 등록되면 코어, 메모리, 부하가 여기에 표시됩니다.',
  },
})
