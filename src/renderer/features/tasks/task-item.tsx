import { ActionIcon, Anchor } from '@mantine/core'
import { Ban, Download, FolderUp, Pause, Play, RotateCcw, Send, Upload, X, type LucideIcon } from 'lucide-react'
import type { Task } from '../../../../contract/task.ts'
import { useExplain } from '../../app/errors.ts'
import { hrefOf } from '../../app/router.ts'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { useMessages } from '../../ui/text.ts'
import { tasksMessages } from './messages.ts'
import { isActive, tasksStore, type TaskAction } from './store.ts'
import styles from './tasks.module.css'

const icons: Record<Task['kind'], LucideIcon> = { upload: Upload, submit: Send, download: Download, put: FolderUp }
const actionIcons: Record<TaskAction, LucideIcon> = {
  pause: Pause,
  resume: Play,
  cancel: Ban,
  retry: RotateCcw,
  forget: X,
}

/** What can be done with a task now: what it says itself, and forgetting it once it has ended. */
function actionsOf(task: Task): TaskAction[] {
  const offered = (['pause', 'resume', 'retry', 'cancel'] as const).filter((action) => task.can[action])
  return isActive(task) ? offered : [...offered.filter((action) => action !== 'cancel'), 'forget']
}

/** One task of the tray: what it is, how far it is, why it waits or failed, and its buttons. */
export function TaskItem({ task, onLeave }: { task: Task; onLeave: () => void }) {
  const say = useMessages(tasksMessages)
  const act = tasksStore.use((state) => state.act)
  const refused = tasksStore.use((state) => state.refused.get(task.id))
  const explain = useExplain()
  const Icon = icons[task.kind]
  const problem = refused ?? task.error
  const explained = problem === undefined ? undefined : explain(problem)
  return (
    <li className={styles.item} tabIndex={-1} aria-label={`${say(`kind.${task.kind}`)}: ${task.title}`}>
      <Icon size={15} className={styles.kind} aria-hidden />
      <div className={styles.words}>
        <div className={styles.titleLine}>
          <span className={styles.title} title={task.title}>
            {task.title}
          </span>
          <StateBadge state={task.state} plain />
        </div>
        {isActive(task) && task.kind !== 'submit' ? (
          <ProgressBar
            value={
              task.progress === undefined || task.progress.total === 0 ? 0 : task.progress.done / task.progress.total
            }
            tone={task.state === 'running' ? 'accent' : 'idle'}
            label={say('progress', { name: task.title })}
          />
        ) : null}
        <Detail task={task} />
        {explained === undefined ? null : (
          <span className={styles.problem}>
            {explained.title} {explained.next}
          </span>
        )}
        {task.kind !== 'submit' || task.state !== 'failed' ? null : (
          <Anchor size="sm" href={hrefOf({ page: 'outbox', id: entryOf(task) })} onClick={onLeave}>
            {say('openOutbox')}
          </Anchor>
        )}
        {task.result?.jobId === undefined ? null : (
          <Anchor size="sm" href={hrefOf({ page: 'jobs', id: task.result.jobId })} onClick={onLeave}>
            {say('openJob', { id: task.result.jobId })}
          </Anchor>
        )}
        {task.result?.runId === undefined ? null : (
          <Anchor size="sm" href={hrefOf({ page: 'workflows', id: task.result.runId })} onClick={onLeave}>
            {say('openRun', { id: task.result.runId })}
          </Anchor>
        )}
        {task.result?.path === undefined ? null : (
          <span className={styles.detail}>{say('savedTo', { path: task.result.path })}</span>
        )}
      </div>
      <div className={styles.actions}>
        {actionsOf(task).map((action) => {
          const ActionGlyph = actionIcons[action]
          const label = say(action, { name: task.title })
          return (
            <ActionIcon
              key={action}
              size={24}
              aria-label={label}
              title={label}
              onClick={(event) => {
                // The button may go with what it did; the focus stays in the panel.
                const keeper = event.currentTarget.closest<HTMLElement>(action === 'forget' ? 'ul' : 'li')
                keeper?.focus()
                void act(action, task.id)
              }}
            >
              <ActionGlyph size={14} aria-hidden />
            </ActionIcon>
          )
        })}
      </div>
    </li>
  )
}

/** The entry of the outbox that a submission is. */
const entryOf = ({ id }: Task): string => id.replace(/^submit:/, '')

function Detail({ task }: { task: Task }) {
  const say = useMessages(tasksMessages)
  const format = useFormat()
  const { progress } = task
  const parts: string[] = []
  if (isActive(task) && progress !== undefined) {
    parts.push(say('amount', { done: format.bytes(progress.done), total: format.bytes(progress.total) }))
    if (task.state === 'running' && progress.bytesPerSecond > 0) {
      parts.push(format.speed(progress.bytesPerSecond))
      parts.push(format.timeLeft((progress.total - progress.done) / progress.bytesPerSecond))
    }
  }
  if (task.state === 'waiting' && task.wait !== undefined) parts.push(say(`wait.${task.wait}`))
  if (!isActive(task)) parts.push(format.ago(task.updatedAt))
  return parts.length === 0 ? null : <span className={styles.detail}>{parts.join(' · ')}</span>
}
