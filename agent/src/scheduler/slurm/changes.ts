import type { JobChange } from '../../../../contract/jobs.ts'
import { Failure } from '../../kit/failure.ts'
import type { Command, Finished } from '../../runner/index.ts'
import { type Commands, complaint, isDoubtful, unavailable } from './commands.ts'
import { expressionOf } from './ranges.ts'

/** Slurm's own limit for one list of elements is a few thousand characters: longer lists travel in several calls. */
const LONGEST_LIST = 4000

/** The job, or some of its elements, as Slurm names them; several names where the list is long. */
export function targets(id: string, elements: readonly number[] | undefined): string[] {
  if (elements === undefined) return [id]
  const lists: string[] = []
  for (const part of expressionOf(elements).split(',')) {
    const last = lists.at(-1)
    if (last !== undefined && last.length + part.length < LONGEST_LIST) lists[lists.length - 1] = `${last},${part}`
    else lists.push(part)
  }
  return lists.map((list) => (/^\d+$/.test(list) ? `${id}_${list}` : `${id}_[${list}]`))
}

function commandOf(change: JobChange, target: string): [Command, string[]] {
  switch (change.action) {
    case 'cancel':
      return ['scancel', [target]]
    case 'time-limit':
      return ['scontrol', ['update', `JobId=${target}`, `TimeLimit=${change.minutes}`]]
    case 'nice':
      return ['scontrol', ['update', `JobId=${target}`, `Nice=${change.value}`]]
    case 'hold':
      // As a user's own hold, whoever the agent is: what root holds by `hold`, only an admin may release.
      return ['scontrol', ['uhold', target]]
    default:
      return ['scontrol', [change.action, target]]
  }
}

const forbidden: Readonly<Record<JobChange['action'], string>> = {
  cancel: 'Slurm lets only its owner cancel it.',
  hold: 'Slurm lets only its owner hold it.',
  release: 'An admin of the cluster has held it: ask them to release it.',
  requeue: 'Slurm does not let you put it back into the queue.',
  'time-limit': 'Once a job runs, Slurm lets users only shorten its time limit: ask an admin of the cluster for more.',
  nice: 'Slurm lets users only lower the priority of their jobs: give a larger nice value.',
}

/** What `scancel` and `scontrol` mean by their end; nothing where it is done. */
function judge(change: JobChange, id: string, finished: Finished): void {
  if (finished.code === 0) return
  if (isDoubtful(finished)) {
    throw unavailable(`Whether job ${id} was changed is not known: Slurm does not answer (${complaint(finished)}).`)
  }
  const said = complaint(finished) || finished.stdout.trim().slice(0, 300)
  if (/access.permission denied|invalid user id|permission/i.test(said)) {
    throw new Failure('FORBIDDEN', `Job ${id} was not changed. ${forbidden[change.action]}`, {
      details: { reason: said },
    })
  }
  if (/already (?:finished|completed|completing)|invalid job id|job\/step already/i.test(said)) {
    throw new Failure('WRONG_STATE', `Job ${id} has already ended.`, { details: { reason: said } })
  }
  if (
    /pending execution|is pending|job is no longer pending|requested operation.*(?:disabled|not supported)|not running/i.test(
      said,
    )
  ) {
    throw new Failure('WRONG_STATE', `Slurm did not change job ${id}: ${said}. Look at its state again.`)
  }
  throw new Failure(
    'VALIDATION_FAILED',
    `Slurm did not change job ${id}: ${said}. Look at its state, or give another value.`,
    {
      details: { reason: said },
    },
  )
}

/** Changes a job as its user. Failure WRONG_STATE, FORBIDDEN, VALIDATION_FAILED, SCHEDULER_UNAVAILABLE. */
export async function changeJob(
  commands: Commands,
  user: string,
  id: string,
  change: JobChange,
  elements?: readonly number[],
): Promise<void> {
  for (const target of targets(id, elements)) {
    const [command, args] = commandOf(change, target)
    judge(change, id, await commands.act(user, command, args))
  }
}
