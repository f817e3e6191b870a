import { Failure } from '../../kit/failure.ts'

interface NextStep {
  says: RegExp
  /** In the request. */
  path?: string
  step: string
}

/** Slurm's sentences (`slurm_strerror`, 22.05 to 25.05) and what its user can do about each. */
const steps: readonly NextStep[] = [
  { says: /invalid partition name/i, path: '/partition', step: 'Choose one of the partitions of this cluster.' },
  {
    says: /invalid account|account.*combination/i,
    path: '/options/account',
    step: 'Choose one of your accounts, or leave the account out.',
  },
  {
    says: /invalid qos|qos.*not permitted/i,
    path: '/options/qos',
    step: 'Choose a QOS that your account may use, or leave it out.',
  },
  {
    says: /QOSMaxSubmit|AssocMaxSubmit|job submit limit/i,
    step: 'You may have as many jobs queued as the limit allows, or one of its sizes is above it: wait until some have ended, or ask for less time, cores or nodes.',
  },
  { says: /time limit/i, path: '/time', step: 'Ask for less time, or choose another partition or QOS.' },
  { says: /accounting\/qos policy|exceed/i, step: 'Ask for less time, cores, memory or nodes, or choose another QOS.' },
  { says: /memory/i, path: '/memory_mb', step: 'Ask for less memory per node.' },
  { says: /gres|generic resource/i, path: '/gres', step: 'Name a resource that the partition has, such as gpu:1.' },
  { says: /license/i, path: '/licenses', step: 'Name licences that Slurm knows, and not more than there are.' },
  { says: /feature/i, path: '/constraint', step: 'Name features that nodes of the partition have.' },
  { says: /reservation/i, path: '/options/reservation', step: 'Name a reservation that you may use, or leave it out.' },
  {
    says: /array/i,
    path: '/options/array',
    step: 'Give a range such as 0-15%4, below the largest index of this cluster.',
  },
  { says: /dependency/i, path: '/options/dependencies', step: 'Name jobs that Slurm still knows.' },
  { says: /begin/i, path: '/options/begin', step: 'Give a time from now on.' },
  {
    says: /node count|more processors|processors.*(?:permitted|specification)|cpu count/i,
    path: '/nodes',
    step: 'Ask for fewer nodes or cores, as many as the partition has.',
  },
  {
    says: /node configuration is not available/i,
    step: 'No node of the partition has so many cores, so much memory or such GPUs: ask for less per node.',
  },
  {
    says: /partition.*(?:inactive|drain|not available)|partition configuration/i,
    path: '/partition',
    step: 'The partition takes no jobs now: choose another one.',
  },
  {
    says: /group not permitted|not permitted to use this partition|access.*partition/i,
    path: '/partition',
    step: 'Choose a partition that you may use.',
  },
  { says: /batch script/i, path: '/command', step: 'Look at the first lines of the script.' },
]

/** Slurm has refused a job; its own sentence inside, and the next step where one is known. */
export function refusal(sentence: string): Failure {
  const said = sentence.replace(/^Batch job submission failed: /, '').replace('; Batch job submission failed: ', ': ')
  const known = steps.find(({ says }) => says.test(said))
  const stop = /[.!?]$/.test(said) ? '' : '.'
  return new Failure(
    'VALIDATION_FAILED',
    `Slurm refused the job: ${said}${stop}${known === undefined ? '' : ` ${known.step}`}`,
    {
      details: { reason: said, ...(known?.path === undefined ? {} : { path: known.path }) },
    },
  )
}
