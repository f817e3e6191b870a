import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RunAnswer } from '../../contract/agent/workflows.ts'
import type { WorkflowRun } from '../../contract/workflows.ts'
import { portalToken, startAgent, temporaryFolder, type TestAgent } from '../helpers/agent.ts'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'
import { hasPart } from '../helpers/parts.ts'
import { uploadClient } from '../helpers/upload-client.ts'

const assets = resolve(import.meta.dirname, '../../assets')

/** Two small steps after each other, the second of which fails until a file is there, and one beside them. */
const templates = (gate: string) => ({
  'write-word': `id: write-word
version: 1
name: { en: Write a word }
category: test
files: []
parameters: [{ key: word, type: string, label: { en: Word } }]
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
script: |
  word={{ parameters.word }}
  mkdir -p out; printf '%s\\n' "$word" >out/word.txt; date +%s%N >began
`,
  'read-word': `id: read-word
version: 1
name: { en: Read a word }
category: test
files: [{ key: word, label: { en: Word }, class: document, accept: [.txt], min: 1, max: 2 }]
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
script: |
  cat {{ files.word }} >read.txt
  [ -e ${gate} ] || exit 3
`,
  chain: `id: chain
version: 1
name: { en: Chain }
category: test
files: []
parameters: [{ key: word, type: string, label: { en: Word } }]
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
steps:
  - { key: write, name: { en: Write }, template: write-word, parameters: { word: { parameter: word } } }
  - { key: read, name: { en: Read }, template: read-word, files: { word: [{ step: write, file: out/word.txt }] } }
  - { key: last, name: { en: Last }, template: write-word, parameters: { word: end }, after: [read] }
`,
  sleep: `id: sleep
version: 1
name: { en: Sleep }
category: test
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
script: sleep 300
`,
  'slow-chain': `id: slow-chain
version: 1
name: { en: Slow chain }
category: test
files: []
parameters: [{ key: word, type: string, label: { en: Word } }]
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
steps:
  - { key: first, name: { en: First }, template: sleep }
  - { key: second, name: { en: Second }, template: sleep, after: [first] }
`,
  'half-chain': `id: half-chain
version: 1
name: { en: Half a chain }
category: test
files: []
parameters: [{ key: word, type: string, label: { en: Word } }]
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
steps:
  - { key: first, name: { en: First }, template: sleep }
  - { key: second, name: { en: Second }, template: nowhere, after: [first] }
`,
})

interface Setting {
  environment: () => Promise<Record<string, string>>
  close: () => Promise<void>
}

const tokenOf = (user: string, permissions = ['dashboard', 'cae.execute']) => portalToken({ sub: user, permissions })
const states = (run: WorkflowRun) => Object.fromEntries(run.steps.map(({ key, state }) => [key, state]))
const jobOf = (run: WorkflowRun, key: string) => run.steps.find((step) => step.key === key)?.jobId ?? ''

function suite(name: string, setting: Setting): void {
  describe(name, () => {
    let environment: Record<string, string> = {}
    let agent: TestAgent
    const folder = temporaryFolder()
    const gate = `${temporaryFolder()}/open`

    const start = async () => {
      agent = await startAgent({
        data: folder,
        environment: { HEADWAY_CORES: '4', HEADWAY_END_JOBS: '0', RATE_LIMIT_ENABLED: '0', ...environment },
      })
    }
    async function send(method: string, path: string, body?: unknown, token?: string) {
      const answer = await agent.fetch(path, {
        method,
        token: token ?? (await tokenOf('kim')),
        ...(body === undefined ? {} : { body }),
      })
      return { status: answer.status, body: (await answer.json()) as RunAnswer & { error?: string; code?: string } }
    }
    const execute = async (more: object = {}) => {
      const { status, body } = await send('POST', '/api/workflow/execute', {
        name: 'study',
        template_id: 'chain',
        parameters: { word: "it's" },
        ...more,
      })
      if (status !== 201 && status !== 200) throw new Error(JSON.stringify(body))
      return { status, run: body.run }
    }
    const runOf = async (id: string): Promise<WorkflowRun> => (await send('GET', `/api/v2/workflows/${id}`)).body.run
    const ended = async (id: string) => {
      await expect.poll(async () => (await runOf(id)).state, { timeout: 60_000, interval: 100 }).not.toBe('running')
      return runOf(id)
    }
    const file = async (job: string, path: string) => {
      const answer = await agent.fetch(`/api/v2/jobs/${job}/files/${path}`, { token: await tokenOf('kim') })
      return answer.text()
    }

    beforeAll(async () => {
      environment = await setting.environment()
      await start()
      for (const yaml of Object.values(templates(gate))) {
        const answer = await send('POST', '/api/v2/templates', { yaml })
        expect(answer.status).toBe(201)
      }
    })
    afterAll(async () => {
      await agent.close()
      await setting.close()
    })

    test('each step runs after those it waits for, with the files they left', { timeout: 120_000 }, async () => {
      await writeFile(gate, '')
      const { run } = await execute()
      expect(run.steps.map(({ key, after }) => [key, after])).toEqual([
        ['write', []],
        ['read', ['write']],
        ['last', ['read']],
      ])
      const done = await ended(run.id)
      expect(done.state).toBe('completed')
      expect(await file(jobOf(done, 'read'), 'read.txt')).toBe("it's\n")
      expect(await file(jobOf(done, 'last'), 'out/word.txt')).toBe('end\n')
      const began = await Promise.all(
        ['write', 'last'].map(async (key) => BigInt((await file(jobOf(done, key), 'began')).trim())),
      )
      expect(began[0]).toBeLessThan(began[1] ?? 0n)
      await rm(gate)
    })

    test(
      'a step that fails blocks those after it; restarted, only what is missing runs',
      { timeout: 120_000 },
      async () => {
        const { run } = await execute()
        const failed = await ended(run.id)
        expect(failed.state).toBe('failed')
        expect(states(failed)).toEqual({ write: 'completed', read: 'failed', last: 'blocked' })
        await writeFile(gate, '')
        expect((await send('POST', `/api/v2/workflows/${run.id}/restart`, {})).status).toBe(200)
        const done = await ended(run.id)
        expect(states(done)).toEqual({ write: 'completed', read: 'completed', last: 'completed' })
        expect(done.steps.map(({ attempt }) => attempt)).toEqual([1, 2, 2])
        expect(jobOf(done, 'write')).toBe(jobOf(failed, 'write'))
        const again = await send('POST', `/api/v2/workflows/${run.id}/restart`, {})
        expect([again.status, again.body.code]).toEqual([409, 'WRONG_STATE'])
        const from = await send('POST', `/api/v2/workflows/${run.id}/restart`, { from: 'last' })
        expect(from.body.run.steps.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
        await ended(run.id)
        await rm(gate)
      },
    )

    test('the same key is the same run, at once and later', { timeout: 120_000 }, async () => {
      const [a, b] = await Promise.all([1, 2].map(() => execute({ idempotency_key: 'twice' })))
      expect(a?.run.id).toBe(b?.run.id)
      expect(new Set([a?.status, b?.status])).toEqual(new Set([200, 201]))
      const done = await ended(a?.run.id ?? '')
      const later = await execute({ idempotency_key: 'twice' })
      expect([later.status, later.run.id]).toEqual([200, done.id])
      expect(later.run.steps.map(({ jobId }) => jobId)).toEqual(done.steps.map(({ jobId }) => jobId))
    })

    test('cancelled, no step goes on', { timeout: 120_000 }, async () => {
      const { run } = await execute({ template_id: 'slow-chain' })
      const cancelled = await send('POST', `/api/v2/workflows/${run.id}/cancel`, {})
      expect(cancelled.status).toBe(200)
      const over = await ended(run.id)
      expect(over.state).toBe('cancelled')
      expect(over.steps.filter(({ state }) => state === 'completed')).toEqual([])
    })

    test('an agent that comes back goes on where the one before was', { timeout: 120_000 }, async () => {
      await writeFile(gate, '')
      const { run } = await execute()
      await agent.close()
      await start()
      const done = await ended(run.id)
      expect(done.state).toBe('completed')
      expect(done.steps.map(({ attempt }) => attempt)).toEqual([1, 1, 1])
      await rm(gate)
    })

    test('what cannot be had leaves nothing behind', async () => {
      const before = (await send('GET', '/api/v2/workflows')).body as unknown as { total: number }
      const refused = await send('POST', '/api/workflow/execute', {
        name: 'x',
        template_id: 'half-chain',
        parameters: { word: 'a' },
      })
      expect([refused.status, refused.body.code]).toEqual([404, 'NOT_FOUND'])
      const wrong = await send('POST', '/api/workflow/execute', {
        name: 'x',
        template_id: 'chain',
        parameters: { word: 3 },
      })
      expect([wrong.status, wrong.body.code]).toEqual([400, 'PARAMETER_INVALID'])
      const single = await send('POST', '/api/workflow/execute', { name: 'x', template_id: 'write-word' })
      expect([single.status, single.body.code]).toEqual([400, 'VALIDATION_FAILED'])
      const asJob = await send('POST', '/api/jobs/submit', {
        name: 'x',
        template_id: 'chain',
        parameters: { word: 'a' },
      })
      expect([asJob.status, asJob.body.error]).toEqual([400, expect.stringContaining('workflow')])
      const after = (await send('GET', '/api/v2/workflows')).body as unknown as { total: number }
      expect(after.total).toBe(before.total)
    })

    test('a run is its user’s, and executing needs its permission', async () => {
      const { run } = await execute({ idempotency_key: 'mine' })
      const lee = await tokenOf('lee')
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/cancel'],
        ['POST', '/restart'],
      ] as const) {
        const answer = await send(method, `/api/v2/workflows/${run.id}${path}`, method === 'GET' ? undefined : {}, lee)
        expect(answer.status).toBe(403)
      }
      const plain = await tokenOf('kim', ['dashboard'])
      const denied = await send('POST', '/api/workflow/execute', { name: 'x', template_id: 'chain' }, plain)
      expect(denied.status).toBe(403)
      await ended(run.id)
    })

    test.skipIf(!hasPart('gmsh') || !hasPart('ccx'))(
      'the shipped one gives stresses that are known',
      { timeout: 300_000 },
      async () => {
        const geometry = readFileSync(resolve(assets, 'examples/bracket/bracket.geo'))
        const uploaded = await uploadClient(agent.url, await tokenOf('kim')).upload(geometry, { name: 'bracket.geo' })
        const { run } = await execute({
          template_id: 'bracket-load-cases',
          parameters: {},
          files: [{ slot: 'geometry', uploadId: uploaded.body.upload_id }],
        })
        await expect
          .poll(async () => (await runOf(run.id)).state, { timeout: 240_000, interval: 500 })
          .not.toBe('running')
        const done = await runOf(run.id)
        expect(states(done)).toEqual({
          mesh: 'completed',
          service: 'completed',
          overload: 'completed',
          summary: 'completed',
        })
        const rows = (await file(jobOf(done, 'summary'), 'summary.csv')).trim().split('\n')
        const [, service = '', overload = ''] = rows
        const [, stress = NaN, , reaction = NaN] = service.split(',').map(Number)
        // 95.8 MPa by hand for 500 N (beam formula); the reaction is the load.
        expect(stress / 95.8).toBeGreaterThan(0.95)
        expect(stress / 95.8).toBeLessThan(1.2)
        expect(reaction).toBeCloseTo(500, 2)
        expect(Number(overload.split(',')[3])).toBeCloseTo(1500, 1)
      },
    )
  })
}

suite('workflows on the embedded scheduler', {
  environment: async () => ({ HEADWAY_SCHEDULER: 'local' }),
  close: async () => {},
})

let cluster: Cluster | undefined
if (hasCluster) {
  suite('workflows on a real Slurm', {
    environment: async () => {
      cluster = await sharedCluster()
      vi.stubEnv('SLURM_CONF', cluster.conf)
      return { HEADWAY_SCHEDULER: 'slurm' }
    },
    close: async () => cluster?.close(),
  })
}
