import type { StepState, WorkflowRun, WorkflowRunStep } from '../../../../contract/workflows.ts'

const live: ReadonlySet<StepState> = new Set(['pending', 'running', 'completing'])

export const isLive = (state: StepState): boolean => live.has(state)
export const hasFailed = (state: StepState): boolean => state !== 'completed' && state !== 'waiting' && !live.has(state)

/** The steps that stand after `key`, however far, with it, in their order. */
export function withAllAfter(run: WorkflowRun, key: string): WorkflowRunStep[] {
  const found = new Set([key])
  for (const step of run.steps) if (step.after.some((before) => found.has(before))) found.add(step.key)
  return run.steps.filter((step) => found.has(step.key))
}

/** The step that went wrong by itself, not because of one before it. */
export const culprit = (run: WorkflowRun): WorkflowRunStep | undefined =>
  run.steps.find((step) => hasFailed(step.state) && step.state !== 'blocked')

export interface Placed {
  step: WorkflowRunStep
  column: number
  row: number
}

export interface Layout {
  steps: Placed[]
  columns: number
  rows: number
  /** From the right side of the first to the left side of the second. */
  edges: { from: Placed; to: Placed }[]
}

/**
 * Steps in columns: each one further right than all it waits for, by its longest way from the start; within a column in the
 * order of the steps, and a step that follows a single one stands in its row where that is free.
 */
export function layOut(steps: readonly WorkflowRunStep[]): Layout {
  const placed = new Map<string, Placed>()
  const taken = new Set<string>()
  let columns = 0
  let rows = 0
  for (const step of steps) {
    const before = step.after.flatMap((key) => placed.get(key) ?? [])
    const column = Math.max(-1, ...before.map((other) => other.column)) + 1
    let row = before[0]?.row ?? 0
    while (taken.has(`${column} ${row}`)) row += 1
    taken.add(`${column} ${row}`)
    placed.set(step.key, { step, column, row })
    columns = Math.max(columns, column + 1)
    rows = Math.max(rows, row + 1)
  }
  const all = [...placed.values()]
  const edges = all.flatMap((to) =>
    to.step.after.flatMap((key) => {
      const from = placed.get(key)
      return from === undefined ? [] : [{ from, to }]
    }),
  )
  return { steps: all, columns, rows, edges }
}
