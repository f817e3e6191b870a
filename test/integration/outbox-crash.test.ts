import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLong } from '../helpers/long.ts'
import { startOutboxSite, type OutboxSite } from '../helpers/outbox-site.ts'

const program = fileURLToPath(new URL('../helpers/outbox-core-process.ts', import.meta.url))
/** In the short form every write is met once, before or after it in turn; in the long form each both ways. */
const moments = ['before', 'after'] as const
type Moment = (typeof moments)[number]

let folder: string
let site: OutboxSite
let file: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headway-outbox-crash-'))
  file = join(folder, 'plate.msh')
  writeFileSync(file, randomBytes(200_000))
  site = await startOutboxSite()
}, 60_000)
afterAll(async () => {
  await site.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Line {
  promised?: string
  edited?: string
  removed?: string
  writes?: number
  done?: { id: string; title: string; job: string }[]
}
/** Runs a core until it ends or dies; gives what it has said. */
async function core(data: string, prefix: string, dies: { moment: Moment; at: number } | undefined, first: boolean) {
  const { moment = 'never', at = 0 } = dies ?? {}
  const args = [program, site.url, data, prefix, moment, String(at), ...(first ? [file] : [])]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  )
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const end = await ended
  const lines = said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
  if (end !== 0 && end !== 'SIGKILL') throw new Error(`${prefix}: ${end} ${said} ${errors}`)
  return { killed: end === 'SIGKILL', lines }
}

/** Killed at its `at`-th write, and started again until all is done. False where it has no such write. */
async function trial(moment: Moment, at: number): Promise<boolean> {
  const prefix = `crash-${moment}-${at}-`
  const data = join(folder, prefix)
  const { killed, lines } = await core(data, prefix, { moment, at }, true)
  // In the long form once more, at the first write of its second life.
  if (killed && isLong) await core(data, prefix, { moment, at: 1 }, false)
  const last = killed ? (await core(data, prefix, undefined, false)).lines : lines
  const done = last.find((line) => line.done !== undefined)?.done ?? []
  const told = (key: 'promised' | 'edited' | 'removed'): string[] => lines.flatMap((line) => line[key] ?? [])
  const where = { moment, at }
  // No intent is lost that was answered.
  const ids = done.map(({ id }) => id)
  for (const id of told('promised')) expect({ where, id, kept: ids.includes(id) }).toEqual({ where, id, kept: true })
  for (const id of told('removed')) expect({ where, id, kept: ids.includes(id) }).toEqual({ where, id, kept: false })
  for (const id of told('edited')) expect(done.find((one) => one.id === id)?.title).toBe(`${prefix}d`)
  // None is doubled, and nothing else was made.
  const jobs = await site.jobs(prefix)
  const made = Object.fromEntries(done.map(({ title, job }) => [job, title]))
  expect({ where, jobs: Object.fromEntries(jobs) }).toEqual({ where, jobs: made })
  expect(new Set(jobs.values()).size).toBe(jobs.size)
  if (lines.some((line) => line.removed !== undefined)) expect([...jobs.values()]).not.toContain(`${prefix}e`)
  return killed
}

describe('a core that is killed with -9 at a write to the journal of its outbox', () => {
  it('loses no intent and makes none twice, whichever write it is', { timeout: 1_200_000 }, async () => {
    let at = 0
    let left = true
    let most = 0
    // Two at a time, as a machine has cores.
    const work = async (): Promise<void> => {
      while (left) {
        const n = ++at
        for (const moment of isLong ? moments : [moments[n % 2] ?? 'after']) {
          if (await trial(moment, n)) most = Math.max(most, n)
          else left = false
        }
      }
    }
    await Promise.all([work(), work()])
    expect(most).toBeGreaterThan(10)
  })
})
