import type { ArrayElement, Job, JobState } from '../../../../contract/jobs.ts'
import { hasEnded, hasFailed } from './story.ts'

/** A row of the list: a job, an element of an array, the run of a workflow, or the rest of an array's elements. */
export interface ListRow extends Job {
  /** The jobs of a workflow's run, which this row stands for. */
  group?: readonly Job[]
  /** Elements of this array that are not listed here. */
  more?: { array: string; count: number }
}

/** Elements of an open array in the list; all of them are on its page. */
export const elementsListed = 100

export const groupId = (workflow: string): string => `workflow ${workflow}`

/** The state of several jobs together: what is still to come first, then what went wrong. */
export function stateOfAll(jobs: readonly Job[]): JobState {
  const has = (test: (state: JobState) => boolean) => jobs.find(({ state }) => test(state))?.state
  return (
    has((state) => state === 'running' || state === 'completing') ??
    has((state) => !hasEnded(state)) ??
    has(hasFailed) ??
    has((state) => state === 'cancelled') ??
    'completed'
  )
}

const earliest = (times: readonly string[]): string | undefined => times.toSorted()[0]
const latest = (times: readonly string[]): string | undefined => times.toSorted().at(-1)

/** Jobs of one run of a workflow as one row. */
function groupRow(workflow: string, jobs: readonly Job[]): ListRow {
  const first = jobs[0]
  if (first === undefined) throw new Error('a workflow without jobs')
  const startedAt = earliest(jobs.flatMap((job) => job.startedAt ?? []))
  const state = stateOfAll(jobs)
  const endedAt = hasEnded(state) ? latest(jobs.flatMap((job) => job.endedAt ?? [])) : undefined
  return {
    id: groupId(workflow),
    name: workflow,
    user: first.user,
    state,
    resources: { nodes: 1, tasks: 1, timeMinutes: jobs.reduce((sum, job) => sum + job.resources.timeMinutes, 0) },
    submittedAt: earliest(jobs.map((job) => job.submittedAt)) ?? first.submittedAt,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    hasConvergence: false,
    workflow: { id: workflow, step: '' },
    group: jobs,
  }
}

/** An element of an array as a job of its own, as its page is. */
export function elementJob(array: Job, element: ArrayElement): ListRow {
  const { index, ...own } = element
  const { name, user, resources, templateId, templateName, timeLimit, submittedAt } = array
  return {
    name,
    user,
    resources,
    submittedAt,
    ...(templateId === undefined ? {} : { templateId }),
    ...(templateName === undefined ? {} : { templateName }),
    ...(timeLimit === undefined ? {} : { timeLimit }),
    hasConvergence: false,
    id: `${array.id}_${index}`,
    element: { array: array.id, index },
    ...own,
  }
}

const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index])

/** Makes rows, the same object for the same content: only what changed is drawn again and tinted. */
export function createRows() {
  let groups = new Map<string, ListRow>()
  const elements = new Map<string, { text: string; row: ListRow }>()
  return {
    /** The rows of the list; with `grouped`, jobs of a workflow's run stand under one. */
    top(jobs: readonly Job[], grouped: boolean): readonly ListRow[] {
      if (!grouped) return jobs
      const runs = Map.groupBy(jobs, (job) => job.workflow?.id)
      const made = new Map<string, ListRow>()
      const rows: ListRow[] = []
      for (const [workflow, members] of runs) {
        if (workflow === undefined) {
          rows.push(...members)
          continue
        }
        const known = groups.get(workflow)
        const row = known?.group !== undefined && sameItems(known.group, members) ? known : groupRow(workflow, members)
        made.set(workflow, row)
        rows.push(row)
      }
      groups = made
      return rows
    },
    /** The rows under an array. */
    elements(array: Job, page: { elements: readonly ArrayElement[]; total: number } | undefined): readonly ListRow[] {
      if (page === undefined) return []
      const rows = page.elements.map((element) => {
        const key = `${array.id}_${element.index}`
        const text = JSON.stringify([element, array.timeLimit])
        const known = elements.get(key)
        if (known?.text === text) return known.row
        const row = elementJob(array, element)
        elements.set(key, { text, row })
        return row
      })
      const count = page.total - rows.length
      if (count <= 0) return rows
      const { name, user, state, resources, submittedAt } = array
      const rest = { name, user, state, resources, submittedAt, hasConvergence: false }
      return [...rows, { ...rest, id: `${array.id}_more`, more: { array: array.id, count } }]
    },
  }
}
