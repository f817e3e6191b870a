import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentEnvironment } from '../../../../agent/src/lifecycle/config.ts'
import { launchPrefix } from '../../../../agent/src/lifecycle/launcher.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hw-launch-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A machine with a user manager, as far as its commands show it. */
function machine({ systemdRun = 'exit 0', loginctl = 'echo KillUserProcesses=no', manager = true } = {}) {
  const log = join(folder, 'calls')
  for (const [name, body] of Object.entries({ 'systemd-run': systemdRun, loginctl })) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >>'${log}'\n${body}\n`, { mode: 0o755 })
  }
  if (manager) mkdirSync(join(folder, 'systemd', 'private'), { recursive: true })
  writeFileSync(log, '')
  return {
    environment: { PATH: `${folder}:/usr/bin:/bin`, XDG_RUNTIME_DIR: folder },
    calls: () => readFileSync(log, 'utf8'),
  }
}
const scoped = [
  'systemd-run',
  '--user',
  '--scope',
  '--quiet',
  '--collect',
  expect.stringMatching(/^--unit=headway-agent-\d+$/),
  '--',
]

describe('the place that an agent is started in', () => {
  it("is a scope of the user's manager where that outlives the session", async () => {
    const { environment, calls } = machine()
    expect(await launchPrefix(environment, () => true)).toEqual(scoped)
    expect(calls()).toMatch(/^systemd-run --user --scope .*-- \/bin\/true\n$/)
  })

  it('is a scope where logind ends what a session leaves behind', async () => {
    const { environment } = machine({ loginctl: 'echo KillUserProcesses=yes' })
    expect(await launchPrefix(environment, () => false)).toEqual(scoped)
  })

  it('is a session of its own where the manager ends with the last session', async () => {
    expect(await launchPrefix(machine().environment, () => false)).toEqual([])
  })

  it('is a session of its own where no manager answers, or none is there', async () => {
    expect(await launchPrefix(machine({ systemdRun: 'exit 1' }).environment, () => true)).toEqual([])
    const began = performance.now()
    expect(await launchPrefix(machine({ systemdRun: 'exec sleep 60' }).environment, () => true)).toEqual([])
    expect(performance.now() - began).toBeLessThan(5000)
    rmSync(join(folder, 'systemd'), { recursive: true })
    const none = machine({ manager: false })
    expect(await launchPrefix(none.environment, () => true)).toEqual([])
    expect(none.calls()).toBe('')
  })
})

describe('the environment of a started agent', () => {
  it('is what commands need and the settings, without secrets and strangers', () => {
    const kept = { PATH: '/bin', HOME: '/home/kim', LC_ALL: 'C', HEADWAY_DATA: '/d', SLURM_CONF: '/s', TZ: 'UTC' }
    const left = {
      JWT_SECRET_KEY: 'x',
      HEADWAY_ADMIN_PASSWORD: 'x',
      HEADWAY_USER_MODE: '0',
      HEADWAY_PORT: '1',
      HEADWAY_RUN_AS: 'sudo',
      SSH_AUTH_SOCK: '/x',
      SBATCH_PARTITION: 'x',
      NODE_OPTIONS: '--inspect',
      LD_PRELOAD: '/x',
      LANG: '',
    }
    expect(agentEnvironment({ ...kept, ...left })).toEqual({ ...kept, HEADWAY_USER_MODE: '1' })
  })
})
