import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { migrate } from '../../../../agent/src/db/migrate.ts'
import { migration as accounts } from '../../../../agent/src/db/migrations/001-accounts.ts'
import { migration as uploads } from '../../../../agent/src/db/migrations/002-uploads.ts'
import { migration as jobs } from '../../../../agent/src/db/migrations/003-jobs.ts'
import { temporaryFolder, testConfig } from '../../../helpers/agent.ts'
import { type Bench, workbench } from '../jobs/workbench.ts'

const folder = temporaryFolder()
let bench: Bench | undefined
afterEach(async () => {
  await bench?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const at = '2026-10-01T08:00:00.000Z'
const resources = JSON.stringify({ nodes: 1, tasks: 2, timeMinutes: 60 })
const template = JSON.stringify({ id: 'heat', version: 1, name: { en: 'Heat' }, files: [] })

/** Rows as the first release of the agent wrote them: a job that is done, one that runs, one that waits. */
function oldRows(database: DatabaseSync, runs: string): void {
  const history = database.prepare(
    `INSERT INTO job_history (number, job_id, user, key, name, state, exit_code, resources, template, parameters, command, script,
      inputs, submitted_at, started_at, ended_at) VALUES (?, ?, 'kim', ?, ?, ?, ?, '${resources}', ?, '{}', ?, ?, '[]', '${at}', ?, ?)`,
  )
  const local = database.prepare(
    `INSERT INTO local_jobs (id, user, key, name, folder, tasks, time_minutes, state, exit_code, submitted_at, started_at, ended_at)
      VALUES (?, 'kim', ?, ?, ?, 2, 60, ?, ?, '${at}', ?, ?)`,
  )
  const rows = [
    { number: 1, state: 'completed', exit: 0, started: at, ended: at, template },
    { number: 2, state: 'running', exit: null, started: new Date().toISOString(), ended: null, template: null },
    { number: 3, state: 'pending', exit: null, started: null, ended: null, template: null },
  ]
  for (const { number, state, exit, started, ended, template: made } of rows) {
    const name = `old ${number}`
    const script = '#!/bin/bash\necho went on\n'
    history.run(number, String(number), `k${number}`, name, state, exit, made, script, script, started, ended)
    local.run(number, `k${number}`, name, join(runs, String(number)), state, exit, started, ended)
    const own = join(runs, String(number), '.headway')
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'script'), script, { mode: 0o700 })
    writeFileSync(join(runs, String(number), 'job.log'), 'written before\n')
  }
}

/** What the wrapper of the first release left of a job that runs, with a process that ends it as that wrapper did: once `go` is there. */
function runningJob(own: string): void {
  const child = spawn('/bin/sh', ['-c', `until [ -e "${own}/go" ]; do sleep 0.1; done; printf '4\\n' >"${own}/exit"`], {
    detached: true,
    stdio: 'ignore',
  })
  child.unref()
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  const start = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ')[21]
  writeFileSync(join(own, 'claim'), `${child.pid} ${boot} ${start}\n`)
}

test.skipIf(process.platform !== 'linux')(
  'a database of the first release is taken over, with the jobs that run and wait in it',
  async () => {
    const config = testConfig({}, folder)
    const runs = join(config.uploads, 'users/kim/runs')
    mkdirSync(config.data, { recursive: true })
    const database = new DatabaseSync(join(config.data, 'headway.db'))
    migrate(database, [accounts, uploads, jobs])
    oldRows(database, runs)
    runningJob(join(runs, '2/.headway'))
    database.close()

    const now = (bench = await workbench({ folder, cores: 2 }))
    const seen = await Promise.all(['1', '2', '3'].map((id) => now.job(id)))
    expect(seen.map(({ state }) => state)).toEqual(['completed', 'running', 'pending'])
    expect(seen[0]).toMatchObject({ exitCode: 0, templateId: 'heat', submittedAt: at })
    writeFileSync(bench.inRun('2', '.headway/go'), '')
    expect(await bench.ended('2')).toMatchObject({ state: 'failed', exitCode: 4 })
    expect(await bench.ended('3')).toMatchObject({ state: 'completed', exitCode: 0 })
    expect(readFileSync(bench.inRun('3', 'job.log'), 'utf8')).toBe('written before\nwent on\n')
    for (const path of ['1', '1/submission', '1/usage', '1/folder', '2/logs', '2/results']) {
      expect((await bench.get(`/api/v2/jobs/${path}`)).status, path).toBe(200)
    }
    const again = await bench.send('POST', '/api/v2/jobs/2/change', { action: 'requeue' })
    expect(again.status, again.body).toBe(200)
    expect(await bench.ended('2')).toMatchObject({ state: 'completed', restarts: 1 })
    // The same key is still the same job, and new ones go on counting.
    const known = await bench.send('POST', '/api/jobs/submit', { name: 'x', command: 'true', idempotency_key: 'k1' })
    expect([known.status, known.json<{ job_id: string }>().job_id]).toEqual([200, '1'])
    expect((await bench.run('true')).id).toBe('4')
  },
)
