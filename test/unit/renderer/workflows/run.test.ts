import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StepState, WorkflowRun, WorkflowRunStep } from '../../../../contract/workflows.ts'
import { culprit, layOut, withAllAfter } from '../../../../src/renderer/features/workflows/run.ts'

const step = (key: string, after: string[] = [], state: StepState = 'waiting'): WorkflowRunStep => ({
  key,
  name: { en: key },
  template: 'any',
  after,
  state,
  attempt: 1,
})
const run = (steps: WorkflowRunStep[]): WorkflowRun => ({
  id: '1',
  name: 'study',
  user: 'kim',
  templateId: 'study',
  templateName: { en: 'Study' },
  templateVersion: 1,
  state: 'running',
  submittedAt: '2026-11-21T12:00:00.000Z',
  steps,
})
const diamond = [step('mesh'), step('a', ['mesh']), step('b', ['mesh']), step('sum', ['a', 'b'])]

test('steps stand right of what they wait for, branches below each other', () => {
  const { steps, columns, rows, edges } = layOut(diamond)
  expect(steps.map(({ step: { key }, column, row }) => [key, column, row])).toEqual([
    ['mesh', 0, 0],
    ['a', 1, 0],
    ['b', 1, 1],
    ['sum', 2, 0],
  ])
  expect([columns, rows, edges.length]).toEqual([3, 2, 4])
})

test('whatever the graph, no two steps share a place and every line goes to the right', () => {
  const graphs = fc.array(fc.array(fc.nat(19), { maxLength: 4 }), { maxLength: 20 })
  fc.assert(
    fc.property(graphs, (befores) => {
      const steps = befores.map((before, index) =>
        step(
          `s${index}`,
          [...new Set(before.filter((at) => at < index))].map((at) => `s${at}`),
        ),
      )
      const layout = layOut(steps)
      expect(new Set(layout.steps.map(({ column, row }) => `${column} ${row}`)).size).toBe(steps.length)
      for (const { from, to } of layout.edges) expect(from.column).toBeLessThan(to.column)
    }),
  )
})

test('all that comes after a step, in order', () => {
  expect(withAllAfter(run(diamond), 'a').map(({ key }) => key)).toEqual(['a', 'sum'])
  expect(withAllAfter(run(diamond), 'mesh').map(({ key }) => key)).toEqual(['mesh', 'a', 'b', 'sum'])
})

test('the step that failed by itself is named, not those it held up', () => {
  const failed = run([step('mesh', [], 'completed'), step('a', ['mesh'], 'failed'), step('sum', ['a'], 'blocked')])
  expect(culprit(failed)?.key).toBe('a')
  expect(culprit(run(diamond))).toBeUndefined()
})
