import { defineMessages } from '../../ui/text.ts'

/** How a job ended, in words, and what to try. */
export const endMessages = defineMessages('job-end', {
  title: { en: 'What happened', ko: '실패 원인' },
  array: {
    en: '{{failed}} of its {{total}} elements failed.',
    ko: '배열 요소 {{total}}개 중 {{failed}}개가 실패했습니다.',
  },
  'array.try': {
    en: 'Show the failed ones in the list of elements, open one, and its page says why.',
    ko: '배열 요소 목록에서 실패한 것을 골라 열면 그 페이지에 원인이 있습니다.',
  },
  timeout: {
    en: 'It ran into its time limit of {{limit}} and was stopped.',
    ko: '시간 제한 {{limit}}에 도달하여 중지되었습니다.',
  },
  'timeout.try': {
    en: 'Run it again with {{time}} or more, or with a coarser mesh. How far the log came tells how much is missing; what it wrote until then is under Files.',
    ko: '시간 제한을 {{time}} 이상으로 늘리거나 메시를 거칠게 하여 다시 실행하세요. 로그의 진행 정도로 부족한 시간을 가늠할 수 있으며, 그때까지의 파일은 아래에 있습니다.',
  },
  'out-of-memory': {
    en: 'It needed more memory than it was given.',
    ko: '할당된 것보다 많은 메모리가 필요했습니다.',
  },
  'out-of-memory.given': {
    en: 'It needed more memory than the {{memory}} per node it was given.',
    ko: '노드당 할당된 {{memory}}보다 많은 메모리가 필요했습니다.',
  },
  'out-of-memory.next': {
    en: 'Run it again with {{memory}} per node or more, on more nodes, or with a coarser mesh.',
    ko: '노드당 메모리를 {{memory}} 이상으로 늘리거나, 노드를 늘리거나, 메시를 거칠게 하여 다시 실행하세요.',
  },
  'out-of-memory.try': {
    en: 'Run it again with more memory or more nodes, or with a coarser mesh.',
    ko: '메모리나 노드를 늘리거나 메시를 거칠게 하여 다시 실행하세요.',
  },
  node: {
    en: 'A node it ran on failed; the job is not to blame.',
    ko: '실행 중이던 노드에 장애가 발생했습니다. 작업의 문제가 아닙니다.',
  },
  'node.try': {
    en: 'Run it again. If it happens again, tell the administrator which node it was.',
    ko: '다시 실행하세요. 반복되면 어떤 노드인지 관리자에게 알려 주세요.',
  },
  lost: {
    en: 'The site lost sight of it, most likely because the machine was restarted.',
    ko: '사이트가 작업을 추적하지 못하게 되었습니다. 장비가 다시 시작되었을 수 있습니다.',
  },
  'lost.try': {
    en: 'Look at its files to see how far it came, then run it again.',
    ko: '파일에서 어디까지 진행되었는지 확인한 뒤 다시 실행하세요.',
  },
  'not-found': {
    en: 'A command of the script does not exist on the cluster.',
    ko: '스크립트의 명령이 클러스터에 없습니다.',
  },
  'not-found.try': {
    en: 'The last lines name it. Ask the administrator to install it, or load its module in the script.',
    ko: '마지막 줄에 명령 이름이 있습니다. 관리자에게 설치를 요청하거나 스크립트에서 모듈을 불러오세요.',
  },
  'not-executable': {
    en: 'A program of the script may not be executed.',
    ko: '스크립트의 프로그램에 실행 권한이 없습니다.',
  },
  'not-executable.try': {
    en: 'Check the file’s permissions and that it was built for this system.',
    ko: '파일 권한과 이 시스템용으로 만들어졌는지 확인하세요.',
  },
  killed: {
    en: 'It was killed from outside, in most cases because memory ran out.',
    ko: '외부에서 강제로 종료되었습니다. 대개 메모리 부족 때문입니다.',
  },
  'killed.try': {
    en: 'Run it again with more memory; if that does not help, ask the administrator.',
    ko: '메모리를 늘려 다시 실행하고, 그래도 안 되면 관리자에게 문의하세요.',
  },
  segfault: {
    en: 'The program crashed (segmentation fault).',
    ko: '프로그램이 비정상 종료되었습니다(segmentation fault).',
  },
  'segfault.try': {
    en: 'Check the mesh for broken elements and the stack limit; try another version of the solver.',
    ko: '메시에 잘못된 요소가 없는지와 스택 한도를 확인하고, 솔버의 다른 버전을 써 보세요.',
  },
  bus: { en: 'The program crashed (bus error).', ko: '프로그램이 비정상 종료되었습니다(bus error).' },
  'bus.try': {
    en: 'Mostly a file it had mapped was cut short, or the disk is failing. Check the free space and run it again.',
    ko: '대개 사용 중이던 파일이 잘렸거나 디스크에 문제가 있습니다. 남은 공간을 확인한 뒤 다시 실행하세요.',
  },
  illegal: {
    en: 'The program uses instructions that this processor does not have (illegal instruction).',
    ko: '프로그램이 이 프로세서에 없는 명령을 사용했습니다(illegal instruction).',
  },
  'illegal.try': {
    en: 'It was built for another kind of node: choose another partition, or another build of the solver.',
    ko: '다른 종류의 노드용으로 만들어졌습니다. 다른 파티션이나 다른 빌드의 솔버를 선택하세요.',
  },
  interrupted: { en: 'It was interrupted.', ko: '실행이 중단되었습니다(interrupt).' },
  'interrupted.try': {
    en: 'If nobody meant it, run it again.',
    ko: '의도한 것이 아니면 다시 실행하세요.',
  },
  'file-size': {
    en: 'A file it wrote grew beyond what is allowed.',
    ko: '작성하던 파일이 허용된 크기를 넘었습니다.',
  },
  'file-size.try': {
    en: 'Write less often, or ask the administrator about the limit.',
    ko: '출력 간격을 늘리거나 관리자에게 한도를 문의하세요.',
  },
  'cpu-time': {
    en: 'It used more processor time than is allowed.',
    ko: '허용된 CPU 시간을 넘었습니다.',
  },
  'cpu-time.try': {
    en: 'Programs on a login node are limited so; ask the administrator about the limit.',
    ko: '로그인 노드의 제한일 수 있습니다. 관리자에게 한도를 문의하세요.',
  },
  usage: {
    en: 'The script ended with exit code 2: for most programs a wrong option or a missing file.',
    ko: '스크립트가 종료 코드 2로 끝났습니다. 대개 잘못된 옵션이나 없는 파일 때문입니다.',
  },
  'usage.try': {
    en: 'The last lines mostly name it; compare the script with the program’s own help.',
    ko: '마지막 줄에 대개 원인이 있습니다. 스크립트를 프로그램 도움말과 비교하세요.',
  },
  aborted: { en: 'The program stopped itself (abort).', ko: '프로그램이 스스로 중단했습니다(abort).' },
  'aborted.try': {
    en: 'Its reason is mostly in the last lines of the log.',
    ko: '이유는 대부분 로그의 마지막 줄에 있습니다.',
  },
  'floating-point': {
    en: 'The program divided by zero or left the range of numbers.',
    ko: '0으로 나누었거나 수의 범위를 벗어났습니다.',
  },
  'floating-point.try': {
    en: 'Check material values and units, and elements without volume.',
    ko: '재료값과 단위, 부피가 없는 요소를 확인하세요.',
  },
  terminated: { en: 'It was told to stop and did.', ko: '종료 요청을 받고 멈췄습니다.' },
  'terminated.try': {
    en: 'If nobody meant it, the site may have been shut down; run it again.',
    ko: '의도한 것이 아니면 사이트가 종료되었을 수 있으니 다시 실행하세요.',
  },
  'unknown-keyword': {
    en: 'The solver did not understand a line of its input.',
    ko: '솔버가 입력 파일의 한 줄을 이해하지 못했습니다.',
  },
  'unknown-keyword.try': {
    en: 'The last lines name it; correct the input file and run it again.',
    ko: '마지막 줄에 나와 있습니다. 입력 파일을 고쳐 다시 실행하세요.',
  },
  diverged: { en: 'The solver did not converge.', ko: '솔버가 수렴하지 않았습니다.' },
  'diverged.try': {
    en: 'Look at the convergence plot; smaller load steps, a better mesh or more iterations often help.',
    ko: '수렴 그래프를 확인하세요. 하중 증분을 줄이거나 메시를 개선하거나 반복 횟수를 늘리면 대개 나아집니다.',
  },
  'disk-full': { en: 'The disk or your quota was full.', ko: '디스크 또는 할당량이 가득 찼습니다.' },
  'disk-full.try': {
    en: 'Remove old results or ask for more quota, then run it again.',
    ko: '오래된 결과를 지우거나 할당량을 늘린 뒤 다시 실행하세요.',
  },
  license: { en: 'The program got no licence.', ko: '프로그램이 라이선스를 얻지 못했습니다.' },
  'license.try': {
    en: 'Try later, or ask the administrator about the licence server.',
    ko: '나중에 다시 시도하거나 관리자에게 라이선스 서버를 문의하세요.',
  },
  'exit-code': {
    en: 'The script ended with exit code {{code}}.',
    ko: '스크립트가 종료 코드 {{code}}(으)로 끝났습니다.',
  },
  'exit-code.try': {
    en: 'The reason is mostly in the last lines of the log.',
    ko: '이유는 대부분 로그의 마지막 줄에 있습니다.',
  },
  unknown: { en: 'It failed without giving a reason.', ko: '이유를 알리지 않고 실패했습니다.' },
  'unknown.try': { en: 'Look at the end of the log and at its files.', ko: '로그의 끝과 파일을 확인하세요.' },
  detail: { en: 'Exit code {{code}}', ko: '종료 코드 {{code}}' },
  word: { en: 'The scheduler says: {{reason}}', ko: '스케줄러 메시지: {{reason}}' },
  signal: { en: 'Signal {{number}} ({{name}})', ko: '시그널 {{number}}({{name}})' },
  lastLines: { en: 'Last lines', ko: '마지막 줄' },
})
