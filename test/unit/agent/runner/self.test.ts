import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRunner, type Command, type Runner } from '../../../../agent/src/runner/index.ts'
import { testConfig } from '../../../helpers/agent.ts'

let folder: string
let runner: Runner

/** A command of that name that does what the script says. */
async function install(name: Command, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/bash\n${script}\n`)
  await chmod(join(folder, name), 0o755)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-runner-'))
  runner = createRunner(testConfig({ HEADWAY_SLURM_BIN: folder }, folder), pino({ level: 'silent' }))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

test('arguments arrive as they are, the script on standard input, both outputs and the exit code come back', async () => {
  await install('sbatch', 'printf "<%s>" "$@"; cat; echo wrong >&2; exit 3')
  const finished = await runner.runAs('jin', 'sbatch', ['$(id)', 'a b', "';'", '*'], { input: '#!/bin/sh\n한글\n' })
  expect(finished).toEqual({
    code: 3,
    signal: null,
    timedOut: false,
    stdout: "<$(id)><a b><';'><*>#!/bin/sh\n한글\n",
    stderr: 'wrong\n',
  })
})

test('a command sees the named part of the environment and what it is given, nothing else of the agent', async () => {
  vi.stubEnv('JWT_SECRET_KEY', 'a-secret-of-the-agent')
  vi.stubEnv('SBATCH_ACCOUNT', 'somebody')
  vi.stubEnv('SLURM_CONF', '/etc/elsewhere/slurm.conf')
  vi.stubEnv('LC_TIME', 'C')
  runner = createRunner(testConfig({ HEADWAY_SLURM_BIN: folder }, folder), pino({ level: 'silent' }))
  await install('squeue', 'export -p')
  const { stdout } = await runner.run('squeue', [], { environment: { SLURM_TIME_FORMAT: '%s' } })
  expect(stdout).not.toMatch(/JWT_SECRET_KEY|a-secret|SBATCH_ACCOUNT|NODE_/)
  expect(stdout).toMatch(/SLURM_CONF="\/etc\/elsewhere\/slurm.conf"[^]*SLURM_TIME_FORMAT="%s"/)
  expect(stdout).toContain('LC_TIME="C"')
})

test('one that takes too long is killed with all that it started', async () => {
  await install('sinfo', `sleep 1000 & echo $! > ${folder}/child; wait`)
  const finished = await runner.run('sinfo', [], { timeoutMs: 300 })
  expect(finished).toMatchObject({ code: null, signal: 'SIGKILL', timedOut: true })
  const child = Number(await readFile(join(folder, 'child'), 'utf8'))
  const state = async () => (await readFile(`/proc/${child}/stat`, 'utf8').catch(() => ') gone')).replace(/.*\) /s, '')
  await expect.poll(state, { timeout: 10_000 }).toMatch(/^(?:Z|X|gone)/)
})

test('an abort ends it and is its answer', async () => {
  await install('sinfo', `echo here > ${folder}/started; exec sleep 1000`)
  const stop = new AbortController()
  const running = runner.run('sinfo', [], { signal: stop.signal })
  await expect.poll(() => existsSync(join(folder, 'started')), { timeout: 10_000 }).toBe(true)
  stop.abort(new Error('nobody waits'))
  await expect(running).rejects.toThrow('nobody waits')
  await expect(runner.run('sinfo', [], { signal: stop.signal })).rejects.toThrow('nobody waits')
})

test('an endless output is cut off and the command ended', async () => {
  await install('sacct', 'exec yes')
  const { stdout, signal, timedOut } = await runner.run('sacct', [], { maxBytes: 100_001 })
  expect(stdout).toHaveLength(100_001)
  expect(signal).toBe('SIGKILL')
  expect(timedOut).toBe(false)
})

test('a command that does not read its input does no harm', async () => {
  await install('scancel', 'exec <&-; echo done')
  const { stdout } = await runner.run('scancel', [], { input: 'x'.repeat(4 << 20) })
  expect(stdout).toBe('done\n')
})

test('one that is not installed is named, with the next step; installed meanwhile it is found', async () => {
  // No machine has it, whatever else is installed there.
  const command = 'sbatch-of-this-test' as Command
  expect(await runner.has(command)).toBe(false)
  await expect(runner.run(command, [])).rejects.toMatchObject({ code: 'REQUIREMENT_MISSING' })
  await expect(runner.run(command, [])).rejects.toThrow(/"sbatch-of-this-test".*HEADWAY_SLURM_BIN/)
  await install(command, 'echo here')
  expect(await runner.has(command)).toBe(true)
  expect((await runner.run(command, [])).stdout).toBe('here\n')
  await rm(join(folder, command))
  await expect(runner.run(command, [])).rejects.toMatchObject({ code: 'REQUIREMENT_MISSING' })
})

test('a working directory that is not there is not taken for a missing command', async () => {
  await install('sbatch', 'pwd')
  expect((await runner.run('sbatch', [], { folder })).stdout).toBe(`${folder}\n`)
  await expect(runner.run('sbatch', [], { folder: join(folder, 'none') })).rejects.toMatchObject({ code: 'ENOENT' })
})
