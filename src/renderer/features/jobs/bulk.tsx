import { Button } from '@mantine/core'
import { GitCompare, X } from 'lucide-react'
import type { Job } from '../../../../contract/jobs.ts'
import { hrefOf } from '../../app/router.ts'
import { useMessages } from '../../ui/text.ts'
import { fits, plainActions, type PlainAction } from './actions.ts'
import { listMessages } from './list-messages.ts'
import type { ListRow } from './rows.ts'
import styles from './jobs.module.css'

/** The jobs that selected rows stand for; a job selected twice (itself and under its workflow) counts once. */
function jobsOf(rows: readonly ListRow[]): Job[] {
  const jobs = rows.flatMap((row): readonly Job[] => row.group ?? (row.more === undefined ? [row] : []))
  return [...new Map(jobs.map((job) => [job.id, job])).values()]
}

/** What can be done with the selected jobs: what makes sense for at least one of them, with the number it is done to. */
export function Bulk(props: {
  selected: readonly ListRow[]
  clear: () => void
  onStart: (action: PlainAction, jobs: readonly Job[]) => void
}) {
  const { selected, clear, onStart } = props
  const say = useMessages(listMessages)
  const jobs = jobsOf(selected)
  const [a, b] = jobs
  return (
    <>
      <span className={styles.selected}>{say('bulk.selected', { count: jobs.length })}</span>
      {plainActions.map((action) => {
        const fitting = jobs.filter((job) => fits(action, job))
        if (fitting.length === 0) return null
        return (
          <Button
            key={action}
            variant="default"
            className={(action === 'cancel' ? styles.danger : undefined) ?? ''}
            onClick={() => onStart(action, fitting)}
          >
            {say(`bulk.${action}`, { count: fitting.length })}
          </Button>
        )
      })}
      {jobs.length === 2 && a !== undefined && b !== undefined ? (
        <Button
          component="a"
          variant="default"
          leftSection={<GitCompare size={13} aria-hidden />}
          href={hrefOf({ page: 'compare', a: a.id, b: b.id })}
        >
          {say('bulk.compare')}
        </Button>
      ) : null}
      <Button variant="subtle" color="gray" leftSection={<X size={13} aria-hidden />} onClick={clear}>
        {say('bulk.clear')}
      </Button>
    </>
  )
}
