import { Button, Popover, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useMessages } from '../../ui/text.ts'
import { tasksMessages } from './messages.ts'
import { isActive, overallProgress, sortTasks, tasksStore } from './store.ts'
import { TaskItem } from './task-item.tsx'
import styles from './tasks.module.css'

/** As many as fit a look; the Uploads page has them all. */
const listed = 60

function Ring({ value, busy }: { value: number | undefined; busy: boolean }) {
  const around = 2 * Math.PI * 7
  return (
    <svg width={20} height={20} viewBox="0 0 20 20" className={styles.ring} data-busy={busy || undefined} aria-hidden>
      <circle cx={10} cy={10} r={7} className={styles.track} />
      {busy ? (
        <circle
          cx={10}
          cy={10}
          r={7}
          className={styles.arc}
          strokeDasharray={`${around * (value ?? 0.25)} ${around}`}
          transform="rotate(-90 10 10)"
        />
      ) : (
        <path d="M7 10.2 9.2 12.4 13.2 8" className={styles.tick} />
      )}
    </svg>
  )
}

/** The tray of long work: a ring with overall progress, and a panel with every task and what can be done with it. */
export function TaskTray() {
  const say = useMessages(tasksMessages)
  const [open, setOpen] = useState(false)
  const tasks = tasksStore.use((state) => state.tasks)
  const act = tasksStore.use((state) => state.act)
  const sorted = useMemo(() => sortTasks(tasks.values()), [tasks])
  const active = sorted.filter(isActive)
  const failed = sorted.filter((task) => task.state === 'failed')
  const ended = sorted.filter((task) => task.state === 'done' || task.state === 'cancelled')
  const name = active.length === 0 ? say('tray.idle') : say('tray.active', { count: active.length })
  const full = failed.length === 0 ? name : `${name}, ${say('tray.failed', { count: failed.length })}`
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={420} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={styles.tray} title={full} onClick={() => setOpen(!open)}>
          <Ring value={overallProgress(active)} busy={active.length > 0} />
          <VisuallyHidden>{full}</VisuallyHidden>
          {active.length === 0 ? null : (
            <span className={styles.count} aria-hidden>
              {active.length}
            </span>
          )}
          {failed.length === 0 ? null : (
            <span className={styles.failed} aria-hidden>
              {say('tray.failed', { count: failed.length })}
            </span>
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={say('title')}>
        <div className={styles.head}>
          <strong>{say('title')}</strong>
          {ended.length === 0 ? null : (
            <Button
              variant="subtle"
              size="compact-xs"
              onClick={() => {
                for (const task of ended) void act('forget', task.id)
              }}
            >
              {say('clear')}
            </Button>
          )}
        </div>
        {sorted.length === 0 ? <p className={styles.empty}>{say('empty')}</p> : null}
        <ul className={styles.list} tabIndex={-1}>
          {sorted.slice(0, listed).map((task) => (
            <TaskItem key={task.id} task={task} onLeave={() => setOpen(false)} />
          ))}
        </ul>
        {sorted.length > listed ? (
          <p className={styles.empty}>{say('more', { count: sorted.length - listed })}</p>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  )
}
