import { expect, test } from 'vitest'
import type { Commands } from '../../../../../agent/src/scheduler/slurm/commands.ts'
import { createLookup } from '../../../../../agent/src/scheduler/slurm/lookup.ts'
import type { SlurmSubmission } from '../../../../../agent/src/scheduler/slurm/submissions.ts'

const comment = 'headway:k:0123456789ab'
const at = Date.parse('2026-11-21T12:00:00Z')
const row = { comment, account: 'alice', first_attempt_at: new Date(at).toISOString() } as SlurmSubmission

/** A queue that has forgotten the job and an accounting that knows it, `passedMs` after the attempt by the agent's clock. */
async function lookUp(passedMs: number) {
  const asked: string[] = []
  const commands = {
    async ask(command: string, args: readonly string[]) {
      asked.push([command, ...args].join(' '))
      const stdout = command === 'sacct' ? `77\u001F${comment}\u001Fsbatch` : ''
      return { finished: { code: 0, signal: null, timedOut: false, stdout, stderr: '' } }
    },
    config: async () => ({
      messageTimeoutMs: 10_000,
      minJobAgeMs: 300_000,
      privateJobs: false,
      hasAccounting: true,
    }),
  } as unknown as Commands
  const found = await createLookup({ now: () => new Date(at + passedMs) }, commands).find(row)
  return { found, asked: asked.join('\n') }
}

test('as long as the queue itself still holds what has ended, accounting is not asked', async () => {
  const { found, asked } = await lookUp(60_000)
  expect(found).toMatchObject({ id: undefined })
  expect(asked).not.toContain('sacct')
})

test.each([
  ['later', 600_000],
  ['where the clock was set back since', -600_000],
  ['where it was set back by a day', -86_400_000],
])('accounting is asked %s, from before the attempt on', async (_when, passedMs) => {
  const { found, asked } = await lookUp(passedMs)
  expect(found).toMatchObject({ id: '77' })
  const seconds = Number(/--starttime=now-(\d+)seconds/.exec(asked)?.[1])
  expect(seconds).toBeGreaterThan(Math.abs(passedMs) / 1000)
})
