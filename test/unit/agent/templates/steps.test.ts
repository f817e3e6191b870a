import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readSource } from '../../../../agent/src/templates/source.ts'
import { resolveStep } from '../../../../agent/src/templates/steps.ts'
import { stepsBefore } from '../../../../contract/workflow-steps.ts'

const shipped = resolve(import.meta.dirname, '../../../../assets/templates')

const workflow = (steps: string) => `id: study
version: 1
name: { en: Study }
category: steps
files:
  - { key: geometry, label: { en: Geometry }, class: mesh, accept: [], min: 1, max: 1 }
parameters:
  - { key: load, type: number, label: { en: Load } }
resources: { nodes: 1, tasks: 1, timeMinutes: 10 }
${steps}`

const problemOf = (steps: string) => {
  const read = readSource(workflow(steps))
  return 'problem' in read ? read.problem : undefined
}
const mesh = 'steps:\n  - { key: mesh, name: { en: Mesh }, template: mesher, files: { in: [{ slot: geometry }] } }\n'

test('a workflow of two steps is read whole', () => {
  const text = `${mesh}  - { key: solve, name: { en: Solve }, template: solver, parameters: { f: { parameter: load }, n: 3 }, files: { m: [{ step: mesh, file: out/a.inp }] } }\n`
  const read = readSource(workflow(text))
  if ('problem' in read) throw new Error(read.problem.reason)
  const [, solve] = read.source.steps ?? []
  if (solve === undefined) throw new Error('no second step')
  expect(stepsBefore(solve)).toEqual(['mesh'])
  expect(resolveStep(solve, { load: 7 }, [])).toEqual({
    parameters: { f: 7, n: 3 },
    files: [{ slot: 'm', step: 'mesh', file: 'out/a.inp' }],
  })
})

test.each([
  ['a script beside steps', `script: echo\n${mesh}`, /either a "script" or "steps"/, 11],
  ['neither', '', /"script" or "steps" is missing/, 1],
  [
    'a step that waits for a later one',
    'steps:\n  - { key: a, name: { en: A }, template: t, after: [b] }\n  - { key: b, name: { en: B }, template: t }\n',
    /"b" stands further down/,
    11,
  ],
  [
    'a step that waits for itself',
    'steps:\n  - { key: a, name: { en: A }, template: t, after: [a] }\n',
    /further down/,
    11,
  ],
  ['a step that is not there', 'steps:\n  - { key: a, name: { en: A }, template: t, after: [z] }\n', /no step "z"/, 11],
  ['a key used twice', `${mesh}  - { key: mesh, name: { en: M }, template: t }\n`, /used twice/, 12],
  [
    'a slot that is not there',
    'steps:\n  - { key: a, name: { en: A }, template: t, files: { in: [{ slot: mesh }] } }\n',
    /no file slot "mesh"/,
    11,
  ],
  [
    'a parameter that is not there',
    'steps:\n  - { key: a, name: { en: A }, template: t, parameters: { x: { parameter: force } } }\n',
    /no parameter "force"/,
    11,
  ],
  [
    'a file outside of the folder',
    `${mesh}  - { key: b, name: { en: B }, template: t, files: { in: [{ step: mesh, file: ../../x }] } }\n`,
    /leaves the folder/,
    12,
  ],
])('%s is refused with its line', (_name, steps, reason, line) => {
  const problem = problemOf(steps)
  expect(problem?.reason).toMatch(reason)
  expect(problem?.line).toBe(line)
})

test('the files given to a workflow reach each step under its own slot', () => {
  const step = { key: 'a', name: { en: 'A' }, template: 't', files: { in: [{ slot: 'geometry' }] } }
  const given = [
    { slot: 'geometry', uploadId: '1' },
    { slot: 'other', uploadId: '2' },
  ]
  expect(resolveStep(step, {}, given).files).toEqual([{ slot: 'in', given: given[0] }])
})

const sourceOf = async (id: string) => {
  const read = readSource(await readFile(join(shipped, `${id}.yaml`), 'utf8'))
  if ('problem' in read) throw new Error(`${id}: ${read.problem.reason}`)
  return read.source
}

test('every step of the shipped workflow names a shipped template and what that template takes', async () => {
  const { steps = [] } = await sourceOf('bracket-load-cases')
  expect(steps.length).toBe(4)
  for (const step of steps) {
    const template = await sourceOf(step.template)
    const parameters = template.parameters.map(({ key }) => key)
    const slots = template.files.map(({ key }) => key)
    for (const key of Object.keys(step.parameters ?? {})) expect(parameters).toContain(key)
    for (const key of Object.keys(step.files ?? {})) expect(slots).toContain(key)
  }
})
