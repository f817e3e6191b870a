/** Why a job waits, as far as the scheduler's word is known; the page says it in a sentence, with what could help. */
export type PendingCause =
  | 'resources'
  | 'priority'
  | 'dependency'
  | 'dependency-never'
  | 'held-user'
  | 'held-admin'
  | 'launch-failed'
  | 'begin-time'
  | 'deadline'
  | 'array-limit'
  | 'user-limit'
  | 'account-limit'
  | 'job-limit'
  | 'partition-down'
  | 'partition-time'
  | 'partition-nodes'
  | 'reservation'
  | 'reservation-gone'
  | 'nodes-unavailable'
  | 'constraints'
  | 'licenses'
  | 'account-invalid'
  | 'qos-invalid'
  | 'starting'
  | 'unknown'

/** Slurm's reason codes (squeue(1), resource_limits), and the words of the embedded scheduler; the first that fits counts. */
const causes: readonly (readonly [RegExp, PendingCause])[] = [
  [/launch.*fail|requeued held|^jobholdmaxrequeue/i, 'launch-failed'],
  [/^jobheldadmin/i, 'held-admin'],
  [/held/i, 'held-user'],
  [/^dependencyneversatisfied/i, 'dependency-never'],
  [/^dependency/i, 'dependency'],
  [/^jobarraytasklimit/i, 'array-limit'],
  [/^begintime/i, 'begin-time'],
  [/^deadline/i, 'deadline'],
  [/^partition(down|inactive)/i, 'partition-down'],
  [/^partitiontimelimit/i, 'partition-time'],
  [/^partition(nodelimit|config)/i, 'partition-nodes'],
  [/^reservationdeleted/i, 'reservation-gone'],
  [/^reservation/i, 'reservation'],
  [
    /^(reqnodenotavail|nodedown|nodes? required|frontenddown|maint|systemfailure)|unavailablenodes/i,
    'nodes-unavailable',
  ],
  [/^badconstraints/i, 'constraints'],
  [/^licenses/i, 'licenses'],
  [/^(invalidaccount|accountnotallowed)/i, 'account-invalid'],
  [/^(invalidqos|qosnotallowed)/i, 'qos-invalid'],
  [/^(qos|assoc)(max|min).*(perjob|pernode|wall|minutes)|^(qos|assoc)min/i, 'job-limit'],
  [/^(qosmax.*per?user|assocmax|max.*peruser|usermax|qos.*user)/i, 'user-limit'],
  [/^(assocgrp|qos|assoc|grp)/i, 'account-limit'],
  [/^priority|^queue/i, 'priority'],
  [/^resources|not enough|cores|busy/i, 'resources'],
  [/^(none|prolog|cleaning|launching|starting)/i, 'starting'],
]

export function pendingCause(reason: string | undefined): PendingCause {
  const word = (reason ?? '').replace(/[()]/g, '').trim()
  return causes.find(([pattern]) => pattern.test(word))?.[1] ?? 'unknown'
}
