import { useState, type ReactNode } from 'react'
import type { Job, JobChange } from '../../../../contract/jobs.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useLater } from '../outbox/use-later.tsx'
import { isGrave, reportOf, unreachedOf, type Report } from './actions.ts'
import { ChangeReport } from './change-report.tsx'
import { ConfirmChange } from './confirm-change.tsx'
import { jobsStore } from './store.ts'

export interface Changes {
  /** What became of the last change, to be shown above the jobs. */
  note: ReactNode
  /** The question, to be drawn anywhere. */
  dialog: ReactNode
  start: (change: JobChange, jobs: readonly Job[], onDone?: () => void) => void
  /** What a button says: with “when connected” while the site is away. */
  label: (action: string) => string
}

/** Jobs in one entry of the outbox; the contract takes up to 1000. */
const perEntry = 1000

interface Asked {
  change: JobChange & { action: 'cancel' | 'requeue' }
  jobs: readonly Job[]
  onDone: (() => void) | undefined
}

/**
 * Changes jobs: asks first where it cannot be taken back, and tells what became of it, with the way back where there is one.
 * While the site is away the change goes into the outbox.
 */
export function useChanges(site: string): Changes {
  const services = useServices()
  const [asked, setAsked] = useState<Asked>()
  const [report, setReport] = useState<Report>()
  const later = useLater(site)
  const postpone = async (change: JobChange, jobs: readonly Job[]): Promise<Report | undefined> => {
    const ids = jobs.map(({ id }) => id)
    const parts = Array.from({ length: Math.ceil(ids.length / perEntry) }, (_, part) =>
      ids.slice(part * perEntry, (part + 1) * perEntry),
    )
    try {
      await later.put(...parts.map((part) => ({ kind: 'change' as const, ids: part, change })))
      return undefined
    } catch (failure) {
      const error = errorValue(failure)
      return reportOf(
        change,
        jobs,
        ids.map((id) => ({ id, error })),
      )
    }
  }
  const run = async (change: JobChange, jobs: readonly Job[]) => {
    setReport(undefined)
    later.dismiss()
    if (later.away) return setReport(await postpone(change, jobs))
    const answer = await jobsStore.of(services).getState().change(site, jobs, change)
    const { unreached, rest } = unreachedOf(answer)
    if (unreached.size === 0) return setReport(answer)
    const failed = await postpone(
      change,
      jobs.filter(({ id }) => unreached.has(id)),
    )
    return setReport(failed ?? rest)
  }
  const dialog: ReactNode =
    asked === undefined ? null : (
      <ConfirmChange
        action={asked.change.action}
        jobs={asked.jobs}
        label={later.label}
        onConfirm={async () => {
          await run(asked.change, asked.jobs)
          asked.onDone?.()
        }}
        onClose={() => setAsked(undefined)}
      />
    )
  const undo = report?.undo
  const told: ReactNode =
    report === undefined ? null : (
      <ChangeReport
        report={report}
        onUndo={undo === undefined ? undefined : () => void run(undo.change, undo.jobs)}
        onClose={() => setReport(undefined)}
      />
    )
  return {
    note: (
      <>
        {later.note}
        {told}
      </>
    ),
    dialog,
    label: later.label,
    start(change: JobChange, jobs: readonly Job[], onDone?: () => void): void {
      const { action } = change
      if (isGrave(action)) setAsked({ change: { action }, jobs, onDone })
      else void run(change, jobs).then(onDone)
    },
  }
}
