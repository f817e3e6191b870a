import { useState, type ReactNode } from 'react'
import type { Job, JobChange } from '../../../../contract/jobs.ts'
import { useServices } from '../../app/services.tsx'
import { isGrave, type Report } from './actions.ts'
import { ChangeReport } from './change-report.tsx'
import { ConfirmChange } from './confirm-change.tsx'
import { jobsStore } from './store.ts'

export interface Changes {
  /** What became of the last change, to be shown above the jobs. */
  note: ReactNode
  /** The question, to be drawn anywhere. */
  dialog: ReactNode
  start: (change: JobChange, jobs: readonly Job[], onDone?: () => void) => void
}

interface Asked {
  change: JobChange & { action: 'cancel' | 'requeue' }
  jobs: readonly Job[]
  onDone: (() => void) | undefined
}

/** Changes jobs: asks first where it cannot be taken back, and tells what became of it, with the way back where there is one. */
export function useChanges(site: string): Changes {
  const services = useServices()
  const [asked, setAsked] = useState<Asked>()
  const [report, setReport] = useState<Report>()
  const run = async (change: JobChange, jobs: readonly Job[]) => {
    setReport(undefined)
    setReport(await jobsStore.of(services).getState().change(site, jobs, change))
  }
  const dialog: ReactNode =
    asked === undefined ? null : (
      <ConfirmChange
        action={asked.change.action}
        jobs={asked.jobs}
        onConfirm={async () => {
          await run(asked.change, asked.jobs)
          asked.onDone?.()
        }}
        onClose={() => setAsked(undefined)}
      />
    )
  const undo = report?.undo
  const note: ReactNode =
    report === undefined ? null : (
      <ChangeReport
        report={report}
        onUndo={undo === undefined ? undefined : () => void run(undo.change, undo.jobs)}
        onClose={() => setReport(undefined)}
      />
    )
  return {
    note,
    dialog,
    start(change: JobChange, jobs: readonly Job[], onDone?: () => void): void {
      const { action } = change
      if (isGrave(action)) setAsked({ change: { action }, jobs, onDone })
      else void run(change, jobs).then(onDone)
    },
  }
}
