import type { Commands } from './commands.ts'
import { rowsOfJson } from './json.ts'
import type { QueueRow } from './queue-row.ts'
import { elementsOf } from './ranges.ts'
import { hasJson, type Release } from './release.ts'
import { fromExitPair, stateOf } from './states.ts'
import { dateOf, minutesOf } from './times.ts'

/** The controller's own memory of one job. */
export interface Details {
  /** Nothing in the list: it does not know it. Undefined: it does not answer. */
  of(id: string, as?: string): Promise<QueueRow[] | undefined>
}

export function createDetails(commands: Commands, release: () => Promise<Release | undefined>): Details {
  return {
    async of(id, as) {
      const json = hasJson(await release())
      const args = json ? ['show', 'job', id, '--json'] : ['show', 'job', id, '--oneliner']
      const { finished } = await commands.ask('scontrol', args, as === undefined ? {} : { as })
      if (finished === undefined) return undefined
      if (finished.code !== 0) return /invalid job id/i.test(finished.stderr + finished.stdout) ? [] : undefined
      const rows = json ? rowsOfJson(finished.stdout) : detailsOf(finished.stdout)
      return rows.filter((row) => row.id === id)
    },
  }
}

/** The answer of `scontrol show job -o`: a job's name and comment may hold line breaks of their own. */
export const detailsOf = (text: string): QueueRow[] =>
  text.split(/\n(?=JobId=\d)/).flatMap((record) => parseDetail(record.replaceAll('\n', ' ')) ?? [])

/**
 * One of its records. The job's name stands near its beginning and may hold anything: each field is read at its
 * last place before the free text that ends the line.
 */
function parseDetail(line: string): QueueRow | undefined {
  const [head = ''] = line.split(' Features=')
  const last = (name: string): string => head.split(` ${name}=`).at(-1)?.split(' ')[0] ?? ''
  const id = /^JobId=(\d{1,10}) (?:ArrayJobId=(\d{1,10}) ArrayTaskId=([\d,:%-]+) )?/.exec(line)
  const word = last('JobState')
  const state = stateOf(word)
  if (id === null || state === undefined) return undefined
  return {
    id: id[2] ?? id[1] ?? '',
    elements: id[3] === undefined ? undefined : elementsOf(id[3]),
    state,
    word,
    ...(fromExitPair(last('ExitCode')) ?? { exitCode: 0, signal: 0 }),
    reason: last('Reason'),
    startsAt: dateOf(last('StartTime')),
    endsAt: dateOf(last('EndTime')),
    submittedAt: dateOf(last('SubmitTime')),
    user: /^[^(]*/.exec(last('UserId'))?.[0] ?? '',
    nodes: last('NodeList') === '(null)' ? '' : last('NodeList'),
    timeMinutes: minutesOf(last('TimeLimit')),
    priority: Number(last('Priority')) || undefined,
    restarts: Number(last('Restarts')) || 0,
  }
}
