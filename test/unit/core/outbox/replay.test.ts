import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutboxAction, OutboxStatus } from '../../../../contract/outbox.ts'
import type { Check } from '../../../../contract/preflight.ts'
import type { Template } from '../../../../contract/templates.ts'
import type { Outbox } from '../../../../src/core/outbox/index.ts'
import { until } from '../../../helpers/core.ts'
import { sendJson } from '../helpers/small-agent.ts'
import { ask, entryOf, good, inState, openBench, refusal, submission, type OutboxBench } from './helpers.ts'

let bench: OutboxBench
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.end())

const template = (version: number, more: Partial<Template> = {}): Template => ({
  id: 'bracket',
  version,
  name: { en: 'Bracket' },
  category: 'fem',
  files: [],
  parameters: [
    { key: 'load', label: { en: 'Load' }, type: 'number', maximum: 10 },
    { key: 'steps', label: { en: 'Steps' }, type: 'integer' },
  ],
  resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
  script: 'run',
  visibility: 'shared',
  editable: false,
  updatedAt: '2026-11-29T08:00:00.000Z',
  missingCommands: [],
  ...more,
})
const fromTemplate = (): OutboxAction => ({
  kind: 'submit',
  submission: {
    name: 'plate',
    templateId: 'bracket',
    templateVersion: 1,
    parameters: { load: 5, steps: 3 },
    resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
  },
  uploads: [],
})
const conflict = refusal('CONFLICT', 409, { details: { version: 2 } })
const status = (outbox: Outbox): OutboxStatus => {
  let seen: OutboxStatus = { networks: [] }
  outbox.handlers.streams.status({}, { snapshot: (now) => void (seen = now), event: () => 0, fail: () => 0 })()
  return seen
}

describe('what has changed meanwhile', () => {
  it('shows what is another in the template, and sends the new version once that is accepted', async () => {
    bench.template = template(1)
    bench.answers = [conflict]
    const outbox = bench.open()
    const { id } = await ask.add(outbox, fromTemplate())
    bench.template = template(2, {
      parameters: [{ key: 'load', label: { en: 'Load' }, type: 'number', maximum: 3 }],
      script: 'run --fast',
    })
    const asked = await inState(outbox, id, 'needs-you')
    expect(asked.question).toMatchObject({
      kind: 'template-changed',
      from: 1,
      to: 2,
      differences: [
        { part: 'parameter', key: 'load' },
        { part: 'parameter', key: 'steps' },
        { part: 'script', before: 'run', after: 'run --fast' },
      ],
    })
    expect(asked.can).toMatchObject({ accept: true, edit: true, remove: true })
    await ask.method(outbox, 'accept', { id })
    await inState(outbox, id, 'done')
    expect(bench.requests.at(-1)).toMatchObject({ template_version: 2, parameters: { load: 5 } })
  })

  it('says that a template is gone', async () => {
    bench.template = template(1)
    bench.answers = [conflict]
    const outbox = bench.open()
    const { id } = await ask.add(outbox, fromTemplate())
    bench.template = undefined
    const asked = await inState(outbox, id, 'needs-you')
    expect(asked.question).toEqual({ kind: 'template-gone', template: 'bracket' })
    await expect(ask.method(outbox, 'accept', { id })).rejects.toMatchObject({ value: { code: 'CONFLICT' } })
  })

  it('asks where the site would refuse it now, and sends it all the same where that is wished', async () => {
    const gone: Check = {
      code: 'partition-unknown',
      level: 'error',
      data: { partition: 'old', known: ['new'] },
      next: [],
    }
    const late: Check = {
      code: 'partition-down',
      level: 'warning',
      data: { partition: 'new', state: 'DOWN', refuses: false },
      next: [],
    }
    bench.preflight = { ...good, checks: [gone, late] }
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'), { when: { startWithinMinutes: 60 } })
    expect((await inState(outbox, id, 'needs-you')).question).toEqual({ kind: 'checks', checks: [gone] })
    await ask.method(outbox, 'edit', { id, when: {} })
    await inState(outbox, id, 'done')
  })

  it('waits while the scheduler expects a late start, and while too many jobs are queued', async () => {
    bench.preflight = { ...good, start: { state: 'known', at: new Date(Date.now() + 7_200_000).toISOString() } }
    const outbox = bench.open()
    const when = { startWithinMinutes: 60 }
    const { id } = await ask.add(outbox, submission('one'), { when })
    await until('the estimate', () => entryOf(outbox, id)?.wait === 'estimate')
    const full: Check = {
      code: 'submit-limit',
      level: 'error',
      data: { now: 5, adds: 1, limit: 5, source: 'qos', name: 'n' },
      next: [],
    }
    bench.preflight = { ...good, checks: [full] }
    const other = await ask.add(outbox, submission('two'), { when })
    await until('the limit', () => entryOf(outbox, other.id)?.wait === 'job-limit')
    expect(bench.requests).toEqual([])
    bench.preflight = { ...good, start: { state: 'known', at: new Date().toISOString() } }
    await ask.method(outbox, 'edit', { id, when })
    await inState(outbox, id, 'done')
  })

  it('sends other actions with a key of their own, a new one after a refusal', async () => {
    const seen: (string | string[] | undefined)[] = []
    bench.agent.routes.set('POST /api/v2/jobs/change', (request, response) => {
      seen.push(request.headers['idempotency-key'])
      const error = { code: 'WRONG_STATE', message: 'It has ended.' }
      if (seen.length === 1) response.destroy()
      else if (seen.length === 2) sendJson(response, { results: [{ id: '7', error }] })
      else sendJson(response, { results: [{ id: '7', job: { id: '7' } }] })
    })
    const outbox = bench.open()
    const { id } = await ask.add(outbox, { kind: 'change', ids: ['7'], change: { action: 'requeue' } })
    expect((await inState(outbox, id, 'failed')).error).toMatchObject({ code: 'CONFLICT' })
    await ask.method(outbox, 'retry', { ids: [id] })
    await inState(outbox, id, 'done')
    expect(seen).toEqual([id, id, `${id}.1`])
  })

  it('tells its story over a cut, and sums up what became of what had waited', async () => {
    const outbox = bench.open()
    await bench.agent.close()
    await until('the loss', () => !bench.site.link.ready)
    const first = await ask.add(outbox, submission('one'))
    const second = await ask.add(outbox, submission('two'))
    await until('the network', () => entryOf(outbox, second.id)?.wait === 'network')
    expect(entryOf(outbox, first.id)).toMatchObject({ state: 'waiting', can: { edit: true } })
    await bench.agent.reopen()
    const entry = await inState(outbox, first.id, 'done')
    await inState(outbox, second.id, 'done')
    expect(entry.story.map(({ what, wait }) => wait ?? what)).toEqual([
      'queued',
      'network',
      'network-back',
      'sending',
      'done',
    ])
    await until('the sum', () => status(outbox).sent !== undefined)
    expect(status(outbox).sent).toMatchObject({ done: 2, needsYou: 0, failed: 0 })
  })
})
