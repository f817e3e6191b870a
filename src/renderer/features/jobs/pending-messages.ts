import { defineMessages } from '../../ui/text.ts'

/** Why a job waits, and what could help. */
export const pendingMessages = defineMessages('job-pending', {
  title: { en: 'Why it waits', ko: '대기 이유' },
  word: { en: 'The scheduler says: {{reason}}', ko: '스케줄러 메시지: {{reason}}' },
  expected: { en: 'Expected start: {{when}}', ko: '예상 시작: {{when}}' },
  noEstimate: {
    en: 'The scheduler gives no expected start yet.',
    ko: '스케줄러가 아직 예상 시작 시각을 알려 주지 않습니다.',
  },
  after: { en: 'Waits for', ko: '선행 작업' },
  'after.afterok': { en: 'to end well', ko: '정상 종료' },
  'after.afterany': { en: 'to end', ko: '종료' },
  'after.afternotok': { en: 'to fail', ko: '실패' },
  'after.after': { en: 'to start', ko: '시작' },

  resources: { en: 'The nodes it needs are in use.', ko: '필요한 노드를 다른 작업이 사용하고 있습니다.' },
  'resources.try': {
    en: 'It starts when enough of them are free. Fewer nodes, less memory or a shorter time limit often start sooner.',
    ko: '충분히 비면 시작됩니다. 노드나 메모리를 줄이거나 시간 제한을 짧게 하면 더 빨리 시작될 수 있습니다.',
  },
  priority: { en: 'Other jobs stand before it in the queue.', ko: '대기열에 우선순위가 더 높은 작업이 있습니다.' },
  'priority.try': {
    en: 'It starts in its turn. A shorter time limit lets it slip into a gap before the others.',
    ko: '차례가 되면 시작됩니다. 시간 제한을 줄이면 앞선 작업 사이의 빈 시간에 먼저 실행될 수 있습니다.',
  },
  dependency: { en: 'It waits for another job.', ko: '다른 작업을 기다리고 있습니다.' },
  'dependency.try': {
    en: 'It goes on by itself as soon as that job is through.',
    ko: '그 작업이 끝나면 자동으로 진행됩니다.',
  },
  'dependency-never': {
    en: 'The job it depends on did not end as was asked for, so it can never start.',
    ko: '선행 작업이 조건대로 끝나지 않아 이 작업은 시작될 수 없습니다.',
  },
  'dependency-never.try': {
    en: 'Cancel it, mend the job before it, and run both again.',
    ko: '이 작업을 취소하고 선행 작업의 문제를 해결한 뒤 둘 다 다시 실행하세요.',
  },
  'held-user': { en: 'It is held.', ko: '보류되어 있습니다.' },
  'held-user.try': {
    en: 'Release it, and it takes its place in the queue.',
    ko: '보류를 해제하면 대기열에 들어갑니다.',
  },
  'held-admin': { en: 'An administrator holds it.', ko: '관리자가 보류했습니다.' },
  'held-admin.try': {
    en: 'Only the administrator can release it; ask why.',
    ko: '관리자만 해제할 수 있으니 이유를 문의하세요.',
  },
  'launch-failed': {
    en: 'It could not be started on its node, so it was put back and held.',
    ko: '노드에서 시작하지 못해 대기열로 되돌려지고 보류되었습니다.',
  },
  'launch-failed.try': {
    en: 'Release it to try again. If it comes back, tell the administrator which node it was.',
    ko: '보류를 해제하면 다시 시도합니다. 반복되면 해당 노드를 관리자에게 알려 주세요.',
  },
  'begin-time': { en: 'Its start time has not come yet.', ko: '아직 지정한 시작 시각이 되지 않았습니다.' },
  'begin-time.try': {
    en: 'It waits until the time you chose. A job that was requeued also waits a little.',
    ko: '지정한 시각까지 기다립니다. 다시 대기열에 들어간 작업도 잠시 기다립니다.',
  },
  deadline: { en: 'It cannot be done before its deadline any more.', ko: '마감 시각 전에 끝낼 수 없습니다.' },
  'deadline.try': {
    en: 'Cancel it and submit it with a later deadline or less time.',
    ko: '취소한 뒤 마감 시각을 늦추거나 시간을 줄여 다시 제출하세요.',
  },
  'array-limit': {
    en: 'As many elements of its array run as it allows at a time.',
    ko: '배열에서 동시에 실행할 수 있는 요소 수에 도달했습니다.',
  },
  'array-limit.try': {
    en: 'The next starts when one ends. The number after % in the array is the limit.',
    ko: '하나가 끝나면 다음 요소가 시작됩니다. 배열 지정에서 % 뒤의 수가 한도입니다.',
  },
  'user-limit': {
    en: 'You have reached what one user may have at a time.',
    ko: '사용자 한 명이 한 번에 쓸 수 있는 한도에 도달했습니다.',
  },
  'user-limit.try': {
    en: 'It starts when one of your jobs ends. Cancel one that you do not need to let it in sooner.',
    ko: '실행 중인 본인 작업이 끝나면 시작됩니다. 필요 없는 작업을 취소하면 더 빨리 시작됩니다.',
  },
  'account-limit': {
    en: 'Your account or QOS has reached its limit.',
    ko: '계정 또는 QOS의 한도에 도달했습니다.',
  },
  'account-limit.try': {
    en: 'It starts when other jobs of the account end. Another account or QOS, if you have one, may have room.',
    ko: '같은 계정의 다른 작업이 끝나면 시작됩니다. 다른 계정이나 QOS를 쓸 수 있다면 여유가 있을 수 있습니다.',
  },
  'job-limit': {
    en: 'It asks for more than one job may have in its QOS or account.',
    ko: 'QOS 또는 계정에서 작업 하나에 허용된 것보다 많이 요청했습니다.',
  },
  'job-limit.try': {
    en: 'It cannot start as it is: lower its time limit, or submit it again with fewer nodes, cores or less memory.',
    ko: '이대로는 시작될 수 없습니다. 시간 제한을 줄이거나 노드, 코어, 메모리를 줄여 다시 제출하세요.',
  },
  'partition-down': { en: 'Its partition is closed.', ko: '파티션이 닫혀 있습니다.' },
  'partition-down.try': {
    en: 'It starts when the administrator opens it. To wait no longer, submit it to another partition.',
    ko: '관리자가 열면 시작됩니다. 기다리지 않으려면 다른 파티션에 제출하세요.',
  },
  'partition-time': {
    en: 'Its time limit is longer than the partition allows.',
    ko: '시간 제한이 파티션의 허용 시간보다 깁니다.',
  },
  'partition-time.try': {
    en: 'Shorten its time limit, or submit it to a partition for longer jobs.',
    ko: '시간 제한을 줄이거나 더 긴 작업을 받는 파티션에 제출하세요.',
  },
  'partition-nodes': {
    en: 'It asks for more nodes than the partition allows or has.',
    ko: '파티션이 허용하거나 가진 것보다 많은 노드를 요청했습니다.',
  },
  'partition-nodes.try': {
    en: 'Cancel it and submit it with fewer nodes, or to a larger partition.',
    ko: '취소한 뒤 노드를 줄이거나 더 큰 파티션에 다시 제출하세요.',
  },
  reservation: { en: 'It waits for its reservation to begin.', ko: '예약이 시작되기를 기다리고 있습니다.' },
  'reservation.try': {
    en: 'It starts with the reservation, if its nodes are free then.',
    ko: '예약이 시작되고 노드가 비어 있으면 시작됩니다.',
  },
  'reservation-gone': { en: 'Its reservation is over or was removed.', ko: '예약이 끝났거나 삭제되었습니다.' },
  'reservation-gone.try': {
    en: 'Cancel it and submit it without the reservation.',
    ko: '취소한 뒤 예약 없이 다시 제출하세요.',
  },
  'nodes-unavailable': {
    en: 'Nodes it needs are down, drained or reserved for something else.',
    ko: '필요한 노드가 중단되었거나 배출 중이거나 다른 용도로 예약되어 있습니다.',
  },
  'nodes-unavailable.try': {
    en: 'It starts when they are back; the page Nodes says why they are gone. A shorter time limit may fit before a planned maintenance.',
    ko: '노드가 돌아오면 시작됩니다. 이유는 노드 페이지에 있습니다. 시간 제한을 줄이면 예정된 점검 전에 실행될 수 있습니다.',
  },
  constraints: {
    en: 'No node has all that it asks for.',
    ko: '요청한 조건을 모두 갖춘 노드가 없습니다.',
  },
  'constraints.try': {
    en: 'Cancel it and submit it with other features, less memory per node or fewer cores per node.',
    ko: '취소한 뒤 노드 특성을 바꾸거나 노드당 메모리 또는 코어를 줄여 다시 제출하세요.',
  },
  licenses: { en: 'All licences it needs are in use.', ko: '필요한 라이선스가 모두 사용 중입니다.' },
  'licenses.try': { en: 'It starts when enough are given back.', ko: '라이선스가 반납되면 시작됩니다.' },
  'account-invalid': {
    en: 'Its account is not known, or may not use this partition.',
    ko: '계정이 없거나 이 파티션을 쓸 수 없는 계정입니다.',
  },
  'account-invalid.try': {
    en: 'Cancel it and submit it with another account, or ask the administrator to let the account in.',
    ko: '취소한 뒤 다른 계정으로 제출하거나 관리자에게 권한을 요청하세요.',
  },
  'qos-invalid': {
    en: 'Its QOS is not known, or is not yours to use here.',
    ko: 'QOS가 없거나 여기서 쓸 수 없는 QOS입니다.',
  },
  'qos-invalid.try': {
    en: 'Cancel it and submit it with another QOS, or without one.',
    ko: '취소한 뒤 다른 QOS를 쓰거나 QOS 없이 다시 제출하세요.',
  },
  starting: { en: 'It is about to start.', ko: '곧 시작됩니다.' },
  'starting.try': { en: 'There is nothing to do.', ko: '따로 할 일은 없습니다.' },
  unknown: { en: 'The scheduler has not said why yet.', ko: '스케줄러가 아직 이유를 알리지 않았습니다.' },
  'unknown.try': {
    en: 'Look again in a minute; if its own word below stays, ask the administrator what it means.',
    ko: '잠시 뒤 다시 확인하고, 아래 메시지가 계속되면 관리자에게 의미를 문의하세요.',
  },
})
