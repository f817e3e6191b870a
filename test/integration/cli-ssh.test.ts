import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPart } from '../helpers/parts.ts'
import { canRunSshd, startSshd, type TestSshd } from '../helpers/sshd.ts'
import { hasAgentPackage } from '../helpers/ssh-core.ts'

const program = fileURLToPath(new URL('../../bin/headway.mjs', import.meta.url))
const examples = fileURLToPath(new URL('../../assets/examples/heat/', import.meta.url))

describe.skipIf(!canRunSshd || !hasAgentPackage || !hasPart('script'))('the terminal and a site over SSH', () => {
  const home = mkdtempSync(join(tmpdir(), 'headway-cli-ssh-'))
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    NODE_COMPILE_CACHE: join(tmpdir(), 'headway-compile-cache'),
  }
  let sshd: TestSshd
  beforeAll(async () => {
    sshd = await startSshd()
    mkdirSync(join(home, '.ssh'), { mode: 0o700 })
    writeFileSync(join(home, '.ssh/config'), await sshd.clientConfig('head'), { mode: 0o600 })
  })
  afterAll(async () => {
    await sshd?.close()
    rmSync(home, { recursive: true, force: true })
  })
  const headway = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' })
    return { status, stdout, stderr }
  }

  it('asks nothing where there is no terminal, and installs nothing unasked', () => {
    const { status, stderr } = headway('sign-in', 'head')
    expect(stderr).toContain('No agent on head')
    expect(status).toBe(1)
  })

  it('asks on the terminal, and works from then on without one', () => {
    const line = `'${process.execPath}' '${program}' sign-in head`
    const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], { env, input: 'yes\n', encoding: 'utf8' })
    expect(stdout).toContain('Install and start it?')
    expect(stdout).toContain(`Connected to head as ${sshd.user}.`)
    const files = ['plate.msh', 'settings.yaml'].flatMap((name) => ['--file', join(examples, name)])
    expect(headway('submit', 'heat-triangle', ...files, '--wait')).toMatchObject({ status: 0 })
    const { stdout: jobs } = headway('--json', 'jobs')
    expect(JSON.parse(jobs)).toMatchObject({ jobs: [{ templateId: 'heat-triangle', state: 'completed' }] })
    expect(headway('sign-out')).toMatchObject({ status: 0, stdout: 'Signed out of head.\n' })
  })

  it('says why a machine cannot be reached, with the code of a site that does not answer', () => {
    expect(headway('sign-in', 'nobody@127.0.0.1:1')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('SSH to nobody@127.0.0.1:1 failed (refused)') as unknown,
    })
  })
})
