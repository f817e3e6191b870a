import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, startAgent } from '../helpers/agent.ts'
import { hasPart } from '../helpers/parts.ts'

const program = fileURLToPath(new URL('../../src/cli/index.ts', import.meta.url))
const bracket = fileURLToPath(new URL('../../assets/examples/bracket/', import.meta.url))
const heat = fileURLToPath(new URL('../../assets/examples/heat/', import.meta.url))

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** What `--json` printed, a line an object. */
const lines = ({ stdout }: Ended): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('the terminal host against a real agent', () => {
  const home = mkdtempSync(join(tmpdir(), 'headway-cli-'))
  let agent: Awaited<ReturnType<typeof startAgent>>

  /** A command as a script runs it: no terminal, the password on standard input. */
  function headway(args: string[], input = ''): Promise<Ended> {
    const env = { ...process.env, XDG_DATA_HOME: home, HOME: home }
    delete (env as NodeJS.ProcessEnv)['HEADWAY_PASSWORD']
    const child = spawn(process.execPath, [program, ...args], { env, cwd: home })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.stdin.end(input)
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  }
  beforeAll(async () => {
    agent = await startAgent()
  })
  afterAll(async () => {
    await agent.close()
    rmSync(home, { recursive: true, force: true })
  })

  it('says what is missing before a sign-in, each with its exit code', async () => {
    const none = await headway(['jobs'])
    expect(none).toMatchObject({ code: 4, stdout: '' })
    expect(none.stderr).toContain('headway sign-in WHERE')
    expect((await headway(['frobnicate'])).code).toBe(2)
    const nobody = await headway(['sign-in', 'http://127.0.0.1:1', '--password-stdin'], 'x\n')
    expect(nobody.code).toBe(3)
    expect(nobody.stderr).toMatch(/VPN/)
    const wrong = await headway(['sign-in', agent.url, '-u', 'admin', '--password-stdin'], 'wrong\n')
    expect(wrong.code).toBe(4)
    expect(wrong.stderr).toMatch(/user name and password/)
  })

  it(
    'signs in, submits with files, waits, and gets the result; commands at once share the sign-in',
    { timeout: 120_000 },
    async () => {
      const signed = await headway(
        ['sign-in', agent.url, '-u', admin.username, '--password-stdin'],
        `${admin.password}\n`,
      )
      expect(signed.stderr + signed.stdout).toContain('Signed in')
      expect(signed.code).toBe(0)

      const refused = await headway([
        'submit',
        'heat-triangle',
        '--set',
        'refine=99',
        '--file',
        `${heat}plate.msh`,
        '--file',
        `${heat}settings.yaml`,
      ])
      expect(refused.code).toBe(5)

      const [submitted, ...listed] = await Promise.all([
        headway([
          '--json',
          'submit',
          'heat-triangle',
          '--set',
          'refine=1',
          '--file',
          `${heat}plate.msh`,
          '--file',
          `${heat}settings.yaml`,
          '--wait',
        ]),
        headway(['templates']),
        headway(['--json', 'jobs']),
        headway(['templates']),
      ])
      expect(submitted).toMatchObject({ code: 0, stderr: '' })
      expect(listed.map((ended) => ended.code)).toEqual([0, 0, 0])
      const [{ job_id: id, state }] = lines(submitted) as [{ job_id: string; state: string }]
      expect(state).toBe('completed')

      const log = await headway(['log', '-f', id])
      expect(log.stdout).toMatch(/iteration 1 residual/)
      const got = await headway(['--json', 'get', id, '.vtu', '--to', 'results'])
      expect(got.code).toBe(0)
      const [saved] = lines(got) as [{ saved: string; size: number }]
      const field = readFileSync(saved.saved, 'utf8')
      expect(field).toContain('<VTKFile')
      expect(Buffer.byteLength(field)).toBe(saved.size)
      expect((await headway(['get', id, 'nothing-of-that-name'])).code).toBe(5)
      const byPattern = await headway(['--json', 'get', id, '--filter', '*.vt?', '--to', 'by-pattern'])
      expect(lines(byPattern).map((line) => line['path'])).toEqual([(lines(got)[0] ?? {})['path']])
      expect((await headway(['get', id, 'no-such-folder/'])).code).toBe(5)

      const failing = await headway([
        'submit',
        'heat-triangle',
        '--set',
        'refine=0',
        '--file',
        `mesh=${heat}settings.yaml`,
        '--file',
        `settings=${heat}settings.yaml`,
        '--wait',
      ])
      expect([5, 6]).toContain(failing.code)
    },
  )

  it('submits an array after another job, lists its elements, and changes them', { timeout: 120_000 }, async () => {
    const files = ['--file', `${heat}plate.msh`, '--file', `${heat}settings.yaml`]
    const submit = (...more: string[]) =>
      headway(['--json', 'submit', 'heat-triangle', ...files, '--set', 'refine=0', ...more])
    const first = await submit('--begin', 'now+1hours', '--name', 'first')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const [{ job_id: before }] = lines(first) as [{ job_id: string }]
    const second = await submit('--array', '0-2%1', '--dependency', `afterany:${before}`, '--ntasks', '1')
    const [{ job_id: id }] = lines(second) as [{ job_id: string }]
    expect(lines(await headway(['--json', 'elements', id]))).toMatchObject([
      { job_id: `${id}_0`, index: 0, state: 'pending' },
      { job_id: `${id}_1` },
      { job_id: `${id}_2` },
    ])
    const one = await headway(['--json', 'cancel', `${id}_1`, 'nothing'])
    expect(one.code).toBe(5)
    expect(lines(one)).toMatchObject([
      { job_id: `${id}_1`, state: 'cancelled' },
      { job_id: 'nothing', code: 'NOT_FOUND' },
      {},
    ])
    expect((await headway(['elements', id, '--state', 'cancelled'])).stdout).toMatch(
      new RegExp(`^ID.*\n${id}_1 +cancelled`),
    )
    expect(await headway(['hold', before])).toMatchObject({ code: 0, stdout: `Job ${before}: pending\n` })
    expect((await headway(['time-limit', '3', before])).code).toBe(0)
    expect((await headway(['cancel', before, id])).code).toBe(0)
    expect((await headway(['submit', 'heat-triangle', '--array', 'all'])).code).toBe(2)
  })

  it.skipIf(!hasPart('gmsh') || !hasPart('ccx'))(
    'runs a workflow and waits for its steps',
    { timeout: 180_000 },
    async () => {
      const what = ['--set', 'overload=600', '--set', 'mesh_size=8', '--file', `${bracket}bracket.geo`, '--wait']
      const ended = await headway(['--json', 'submit', 'bracket-load-cases', ...what])
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      const [run] = lines(ended) as [{ state: string; steps: { step: string; state: string }[] }]
      expect(run.state).toBe('completed')
      expect(run.steps.map(({ step, state }) => `${step} ${state}`)).toEqual([
        'mesh completed',
        'service completed',
        'overload completed',
        'summary completed',
      ])
    },
  )

  it('uploads a folder, verified', async () => {
    const ended = await headway(['--json', 'upload', heat])
    expect(ended.code).toBe(0)
    const uploaded = lines(ended)
    expect(uploaded.map((file) => file['name'])).toContain('plate.msh')
    expect(uploaded.every((file) => /^[0-9a-f]{64}$/.test(String(file['digest'])))).toBe(true)
  })

  it('leaves no journal behind and no token in what it keeps readable', async () => {
    expect(readdirSync(join(home, 'headway/terminal')).filter((name) => name.startsWith('run-'))).toEqual([])
    for (const name of readdirSync(join(home, 'headway/terminal'), { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name), 'latin1')).not.toMatch(/eyJ[\w-]+\./)
    }
  })

  it('ends the session', async () => {
    expect((await headway(['sign-out'])).code).toBe(0)
    const after = await headway(['jobs'])
    expect(after.code).toBe(4)
    expect(after.stderr).toMatch(/sign-in/)
  })
})
