import { ActionIcon, Button, NativeSelect } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { ArrayElement, ElementPage, Job, JobState } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { fits } from './actions.ts'
import { signalOf } from './ending.ts'
import { jobStates } from './filter.ts'
import { jobsMessages } from './messages.ts'
import { pendingMessages } from './pending-messages.ts'
import { pendingCause } from './pending.ts'
import { elementJob } from './rows.ts'
import { Section } from './section.tsx'
import { hasEnded, ranSeconds } from './story.ts'
import type { Changes } from './use-changes.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './job.module.css'

const pageSize = 50

/** A page of an array's elements, kept up to date. */
function usePage(
  site: string,
  id: string,
  state: JobState | undefined,
  offset: number,
): { page?: ElementPage; error?: AppErrorValue } {
  const { client } = useServices()
  const [told, setTold] = useState<{ of: string; page?: ElementPage; error?: AppErrorValue }>()
  const of = JSON.stringify([site, id, state, offset])
  useEffect(() => {
    const put = (page: ElementPage) => setTold({ of, page })
    const params = { site, id, offset, limit: pageSize, ...(state === undefined ? {} : { states: [state] }) }
    return client.subscribe('jobs', 'elements', params, {
      snapshot: put,
      event: put,
      error: (error) => setTold({ of, error }),
    })
  }, [client, site, id, state, offset, of])
  return told?.of === of ? told : {}
}

/** The elements of an array: one state or all, a page at a time, each with a page of its own. */
export function ElementsTable({ site, job, changes }: { site: string; job: Job; changes: Changes }) {
  const say = useMessages(jobsMessages)
  const sayState = useMessages(uiMessages)
  const format = useFormat()
  const [state, setState] = useState<JobState>()
  const [offset, setOffset] = useState(0)
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set())
  const { page, error } = usePage(site, job.id, state, offset)
  const now = useNow(!hasEnded(job.state))
  const { array } = job
  if (array === undefined) return null
  const elements = page?.elements ?? []
  const total = page?.total ?? 0
  const chosen = elements.filter(({ index }) => selected.has(index)).map((element) => elementJob(job, element))
  const toggle = (indices: readonly number[], on: boolean) => {
    const next = new Set(selected)
    for (const index of indices) {
      if (on) next.add(index)
      else next.delete(index)
    }
    setSelected(next)
  }
  const show = (next: number) => {
    setOffset(next)
    setSelected(new Set())
  }
  const choices = jobStates.flatMap((each) => {
    const count = array.states[each] ?? 0
    return count === 0 && each !== state
      ? []
      : [{ value: each, label: `${sayState(`state.${each}`)} ${format.number(count)}` }]
  })
  const bulk = (['cancel', 'requeue'] as const).map((action) => {
    const fitting = chosen.filter((element) => fits(action, element))
    if (fitting.length === 0) return null
    return (
      <Button
        key={action}
        variant="default"
        onClick={() => changes.start({ action }, fitting, () => setSelected(new Set()))}
      >
        {changes.label(say(`elements.${action}`, { count: fitting.length }))}
      </Button>
    )
  })
  return (
    <Section
      title={say('elements.title')}
      note={say('elements.note', { count: array.total })}
      actions={
        <>
          {bulk}
          <NativeSelect
            size="xs"
            aria-label={say('elements.states')}
            value={state ?? ''}
            data={[{ value: '', label: `${say('elements.all')} ${format.number(array.total)}` }, ...choices]}
            onChange={(event) => {
              const { value } = event.currentTarget
              setState(jobStates.find((each) => each === value))
              show(0)
            }}
          />
        </>
      }
    >
      {error === undefined ? null : <AppError error={error} site={site} />}
      {page === undefined ? (
        error === undefined ? (
          <Skeleton lines={4} />
        ) : null
      ) : elements.length === 0 ? (
        <p className={styles.faint}>{say('elements.none')}</p>
      ) : (
        <>
          <table className={styles.elements}>
            <thead>
              <tr>
                <th>
                  <input
                    type="checkbox"
                    aria-label={say('elements.selectAll')}
                    checked={elements.every(({ index }) => selected.has(index))}
                    onChange={(event) =>
                      toggle(
                        elements.map(({ index }) => index),
                        event.currentTarget.checked,
                      )
                    }
                  />
                </th>
                <th>{say('elements.index')}</th>
                <th>{say('elements.state')}</th>
                <th>{say('elements.end')}</th>
                <th data-align="end">{say('elements.ran')}</th>
                <th>{say('elements.nodes')}</th>
              </tr>
            </thead>
            <tbody>
              {elements.map((element) => (
                <ElementRow
                  key={element.index}
                  array={job}
                  element={element}
                  now={now}
                  checked={selected.has(element.index)}
                  onCheck={(on) => toggle([element.index], on)}
                />
              ))}
            </tbody>
          </table>
          {total > pageSize ? (
            <div className={styles.pager}>
              <span>{say('elements.page', { from: offset + 1, to: offset + elements.length, total })}</span>
              <ActionIcon
                aria-label={say('elements.previous')}
                disabled={offset === 0}
                onClick={() => show(Math.max(0, offset - pageSize))}
              >
                <ChevronLeft size={14} aria-hidden />
              </ActionIcon>
              <ActionIcon
                aria-label={say('elements.next')}
                disabled={offset + pageSize >= total}
                onClick={() => show(offset + pageSize)}
              >
                <ChevronRight size={14} aria-hidden />
              </ActionIcon>
            </div>
          ) : null}
        </>
      )}
    </Section>
  )
}

function ElementRow(props: {
  array: Job
  element: ArrayElement
  now: number
  checked: boolean
  onCheck: (on: boolean) => void
}) {
  const { array, element, now } = props
  const say = useMessages(jobsMessages)
  const sayPending = useMessages(pendingMessages)
  const format = useFormat()
  const id = `${array.id}_${element.index}`
  const ran = ranSeconds(elementJob(array, element), now)
  const signal = signalOf(element)
  const { exitCode, reason = '' } = element
  const end =
    signal !== undefined
      ? signal.name
      : exitCode !== undefined && exitCode !== 0
        ? say('elements.code', { code: exitCode })
        : element.state === 'pending' && reason !== ''
          ? sayPending(pendingCause(reason))
          : reason
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={say('elements.select', { index: element.index })}
          checked={props.checked}
          onChange={(event) => props.onCheck(event.currentTarget.checked)}
        />
      </td>
      <td>
        <a className="mono" href={hrefOf({ page: 'jobs', id })}>
          {element.index}
        </a>
      </td>
      <td>
        <StateBadge state={element.state} plain />
      </td>
      <td title={end}>{end}</td>
      <td data-align="end">{ran === undefined ? '–' : format.duration(ran)}</td>
      <td>{element.nodes ?? ''}</td>
    </tr>
  )
}
