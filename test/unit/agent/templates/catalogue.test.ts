import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExamplesAnswer, PreviewAnswer, TemplateList } from '../../../../contract/agent/templates.ts'
import type { Template } from '../../../../contract/templates.ts'
import { assets, type Bench, until, workbench } from '../jobs/workbench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await workbench({ endJobs: true })
})
afterAll(() => bench.close())

const yaml = (id: string, more = '') => `id: ${id}
version: 1
name: { en: ${id} }
category: test
files: []
parameters:
  - { key: word, label: { en: Word }, type: string, default: hello }
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
${more}script: |
  echo {{ parameters.word }}
`
const list = async (user = 'kim') => (await bench.get('/api/v2/templates', user)).json<TemplateList>()
const ids = async (user = 'kim') => (await list(user)).templates.map(({ id }) => id).sort()
/** Every file of the assets is a template of its name. */
const shippedIds = async () =>
  (await readdir(join(assets, 'templates'))).map((name) => name.replace(/\.yaml$/, '')).sort()
test('the shipped templates are there, for everybody, not to be edited', async () => {
  const { templates, broken } = await list()
  expect(broken).toEqual([])
  const shipped = (await shippedIds()).map((id) => [id, 'shared', false])
  const listed = templates.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  expect(listed.map(({ id, visibility, editable }) => [id, visibility, editable])).toEqual(shipped)
  expect(templates.find(({ id }) => id === 'heat-triangle')?.missingCommands).toEqual([])
  const one = await bench.get('/api/v2/templates/bracket-static')
  expect(one.json<{ yaml: string }>().yaml).toBe(await readFile(join(assets, 'templates/bracket-static.yaml'), 'utf8'))
  expect((await bench.get('/api/v2/templates/none')).status).toBe(404)
  expect(
    (await bench.send('PUT', '/api/v2/templates/bracket-static', { yaml: yaml('bracket-static') }, 'admin')).status,
  ).toBe(403)
  expect((await bench.send('DELETE', '/api/v2/templates/bracket-static', undefined, 'admin')).status).toBe(403)
})

test('a file in the shared folder appears, breaks, heals and goes while the agent runs', async () => {
  const path = join(bench.agent.config.templates, 'live.yaml')
  const seen = bench.events.length
  await writeFile(path, yaml('live'))
  await until(async () => (await ids()).includes('live'), 'the catalogue')
  await until(() => bench.events.slice(seen).some(({ type }) => type === 'templates_changed'), 'the event')

  await writeFile(path, yaml('live').replace('type: string', 'type: colour'))
  await until(async () => (await list()).broken.length === 1, 'the catalogue')
  expect(await ids()).not.toContain('live')
  expect((await list()).broken).toEqual([
    { file: 'live.yaml', line: 7, reason: expect.stringContaining('"colour"') as string, visibility: 'shared' },
  ])
  const submit = await bench.send('POST', '/api/jobs/submit', { name: 'x', template_id: 'live', parameters: {} })
  expect(submit.status).toBe(400)
  expect(submit.json()).toMatchObject({ code: 'TEMPLATE_INVALID', details: { line: 7 } })
  const row = bench.sql('SELECT line, template_id FROM job_templates WHERE file = ?', path)
  expect(row).toMatchObject([{ line: 7, template_id: null }])

  await writeFile(path, yaml('live'))
  await until(async () => (await ids()).includes('live'), 'the catalogue')
  await rm(path)
  await until(async () => !(await ids()).includes('live'), 'the catalogue')
  expect((await list()).broken).toEqual([])
})

test('two files of one id: the second is named broken', async () => {
  for (const name of ['twin-a', 'twin-b'])
    await writeFile(join(bench.agent.config.templates, `${name}.yaml`), yaml('twin'))
  await until(async () => (await list()).broken.length === 1, 'the catalogue')
  expect((await list()).broken[0]).toMatchObject({ file: 'twin-b.yaml', line: 1 })
  expect((await list()).broken[0]?.reason).toContain('twin-a.yaml')
  for (const name of ['twin-a', 'twin-b']) await rm(join(bench.agent.config.templates, `${name}.yaml`))
  await until(async () => (await list()).broken.length === 0, 'the catalogue')
})

test('private templates belong to one user, shared ones to the admin', async () => {
  const made = await bench.send('POST', '/api/v2/templates', { yaml: yaml('mine') })
  expect(made.status).toBe(201)
  expect(made.json<{ template: Template }>().template).toMatchObject({
    visibility: 'private',
    owner: 'kim',
    editable: true,
  })
  expect(await ids()).toContain('mine')
  expect(await ids('lee')).not.toContain('mine')
  expect(await ids('admin')).not.toContain('mine')
  expect((await bench.get('/api/v2/templates/mine', 'lee')).status).toBe(404)
  expect((await bench.send('DELETE', '/api/v2/templates/mine', undefined, 'lee')).status).toBe(404)
  expect((await bench.send('POST', '/api/v2/templates', { yaml: yaml('mine') })).status).toBe(409)

  const shared = { yaml: yaml('site'), visibility: 'shared' }
  expect((await bench.send('POST', '/api/v2/templates/import', shared)).status).toBe(403)
  expect((await bench.send('POST', '/api/v2/templates/import', shared, 'admin')).status).toBe(201)
  expect((await bench.send('PUT', '/api/v2/templates/site', { yaml: yaml('site') })).status).toBe(403)
  expect((await bench.send('DELETE', '/api/v2/templates/site')).status).toBe(403)

  const changed = await bench.send('PUT', '/api/v2/templates/mine', {
    yaml: yaml('mine').replace('version: 1', 'version: 2'),
  })
  expect(changed.json<{ template: Template }>().template.version).toBe(2)
  expect((await bench.send('PUT', '/api/v2/templates/mine', { yaml: yaml('other') })).status).toBe(409)
  const bad = await bench.send('PUT', '/api/v2/templates/mine', {
    yaml: yaml('mine').replace('type: string', 'type: x'),
  })
  expect([bad.status, bad.json<{ details: object }>().details]).toMatchObject([400, { line: 7 }])
  expect(await ids()).toContain('mine')

  // One's own stands before the site's of the same id.
  expect((await bench.send('POST', '/api/v2/templates', { yaml: yaml('site') })).status).toBe(201)
  expect((await bench.get('/api/v2/templates/site')).json<{ template: Template }>().template.visibility).toBe('private')
  expect((await bench.get('/api/v2/templates/site', 'lee')).json<{ template: Template }>().template.visibility).toBe(
    'shared',
  )

  for (const id of ['mine', 'site']) expect((await bench.send('DELETE', `/api/v2/templates/${id}`)).status).toBe(200)
  expect((await bench.send('DELETE', '/api/v2/templates/site', undefined, 'admin')).status).toBe(200)
  expect(await ids()).toEqual(await shippedIds())
})

test('a template says which commands are missing, and does not run', async () => {
  await bench.send('POST', '/api/v2/templates', { yaml: yaml('needy', 'requires: [sh, no-such-solver-9]\n') })
  const template = (await bench.get('/api/v2/templates/needy')).json<{ template: Template }>().template
  expect(template.missingCommands).toEqual(['no-such-solver-9'])
  const submit = await bench.send('POST', '/api/jobs/submit', { name: 'x', template_id: 'needy' })
  expect(submit.status).toBe(409)
  expect(submit.json()).toMatchObject({ code: 'REQUIREMENT_MISSING', details: { commands: ['no-such-solver-9'] } })
})

test('a version that is not the present one is refused', async () => {
  const submit = await bench.send('POST', '/api/jobs/submit', {
    name: 'x',
    template_id: 'bracket-static',
    template_version: 99,
  })
  expect(submit.status).toBe(409)
})

const preview = async (body: object) =>
  (await bench.send('POST', '/api/v2/templates/preview', body)).json<PreviewAnswer>()

test('a preview shows the script with every value quoted, or what is in the way', async () => {
  const resources = { nodes: 1, tasks: 2, timeMinutes: 5 }
  const submission = { name: 'x', resources, templateId: 'bracket-static', parameters: { load: 700 } }
  const files = [
    { slot: 'geometry', name: '내 부품.step' },
    { slot: 'settings', name: 'a.yaml' },
  ]
  const good = await preview({ submission, files })
  expect(good.problems).toEqual([])
  expect(good.script).toContain("geometry='내 부품.step'\nsettings=a.yaml\nh=4\nload=700\n")
  expect(await preview({ submission, files: files.slice(0, 1) })).toMatchObject({
    problems: [{ slot: 'settings', reason: 'needs a file' }],
    script: expect.stringContaining('load=700') as string,
  })
  expect(await preview({ submission: { ...submission, parameters: { load: 0 } }, files })).toEqual({
    script: '',
    problems: [{ parameter: 'load', reason: 'must be at least 1' }],
  })
  const wrong = [{ slot: 'geometry', name: 'part.exe' }, files[1]]
  expect((await preview({ submission, files: wrong })).problems).toEqual([
    { slot: 'geometry', reason: '"part.exe" is none of .geo, .step, .stp' },
  ])
  expect(await preview({ submission: { name: 'x', resources, command: 'echo "hi"' }, files: [] })).toEqual({
    script: 'echo "hi"',
    problems: [],
  })
})

const slot = (example: string) => `files:
  - { key: f, label: { en: F }, class: data, accept: [], min: 0, max: 1, example: '${example}' }
`

test('the examples of a template arrive as finished uploads, and no other file of the machine does', async () => {
  const answer = await bench.send('POST', '/api/v2/templates/heat-triangle/examples', { label: 'draft-1' })
  expect(answer.status).toBe(201)
  const { files } = answer.json<ExamplesAnswer>()
  expect(files.map(({ slot, name, class: kind }) => [slot, name, kind])).toEqual([
    ['mesh', 'plate.msh', 'mesh'],
    ['settings', 'settings.yaml', 'config'],
  ])
  for (const [index, example] of ['../templates/bracket-static.yaml', '/etc/passwd', 'heat'].entries()) {
    const text = yaml(`thief-${index}`).replace('files: []\n', () => slot(example))
    await bench.send('POST', '/api/v2/templates', { yaml: text })
    const stolen = await bench.send('POST', `/api/v2/templates/thief-${index}/examples`, { label: 'x' })
    expect(stolen.status).toBe(404)
  }
})

test('a private folder made by hand is watched, too', async () => {
  const folder = join(bench.agent.config.data, 'templates/private/park')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'own.yml'), yaml('own'))
  await until(async () => (await ids('park')).includes('own'), 'the catalogue')
  expect(await ids()).not.toContain('own')
})
