import { Button, Menu } from '@mantine/core'
import { ChevronDown, GitCompare, X } from 'lucide-react'
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
  /** Beside an open job: one menu instead of a row of buttons. */
  narrow: boolean
  /** What an action is called: with “when connected” while the site is away. */
  label: (action: string) => string
  onStart: (action: PlainAction, jobs: readonly Job[]) => void
}) {
  const { selected, clear, narrow, label: labelOf, onStart } = props
  const say = useMessages(listMessages)
  const jobs = jobsOf(selected)
  const [a, b] = jobs
  const comparison =
    jobs.length === 2 && a !== undefined && b !== undefined ? hrefOf({ page: 'compare', a: a.id, b: b.id }) : undefined
  const offers = plainActions.flatMap((action) => {
    const fitting = jobs.filter((job) => fits(action, job))
    if (fitting.length === 0) return []
    const label = labelOf(say(`bulk.${action}`, { count: fitting.length }))
    const look = (action === 'cancel' ? styles.danger : undefined) ?? ''
    return [{ action, label, look, run: () => onStart(action, fitting) }]
  })
  const count = <span className={styles.selected}>{say('bulk.selected', { count: jobs.length })}</span>
  if (narrow)
    return (
      <>
        {count}
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              variant="default"
              className={styles.whole ?? ''}
              rightSection={<ChevronDown size={13} aria-hidden />}
            >
              {say('bulk.actions')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {offers.map(({ action, label, look, run }) => (
              <Menu.Item key={action} className={look} onClick={run}>
                {label}
              </Menu.Item>
            ))}
            {comparison === undefined ? null : (
              <Menu.Item component="a" href={comparison}>
                {say('bulk.compare')}
              </Menu.Item>
            )}
            <Menu.Item onClick={clear}>{say('bulk.clear')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </>
    )
  return (
    <>
      {count}
      {offers.map(({ action, label, look, run }) => (
        <Button key={action} variant="default" className={look} onClick={run}>
          {label}
        </Button>
      ))}
      {comparison === undefined ? null : (
        <Button component="a" variant="default" leftSection={<GitCompare size={13} aria-hidden />} href={comparison}>
          {say('bulk.compare')}
        </Button>
      )}
      <Button variant="subtle" color="gray" leftSection={<X size={13} aria-hidden />} onClick={clear}>
        {say('bulk.clear')}
      </Button>
    </>
  )
}
