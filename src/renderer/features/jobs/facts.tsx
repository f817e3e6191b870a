import { Fragment } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { hrefOf } from '../../app/router.ts'
import { useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { jobsMessages } from './messages.ts'
import { pendingMessages } from './pending-messages.ts'
import { StateBar, useStateWords } from './state-bar.tsx'
import styles from './job.module.css'

const linkTo = (id: string) => (
  <a className="mono" href={hrefOf({ page: 'jobs', id })}>
    {id}
  </a>
)

/** What a job belongs to and waits for; nothing where there is nothing of the kind. */
export function JobFacts({ job }: { job: Job }) {
  const say = useMessages(jobsMessages)
  const sayPending = useMessages(pendingMessages)
  const words = useStateWords()
  const { array, element, workflow, options = {}, restarts = 0, state } = job
  const { dependencies = [], singleton, begin } = options
  const facts: { name: string; content: React.ReactNode }[] = []
  if (element !== undefined) facts.push({ name: say('fact.array'), content: linkTo(element.array) })
  if (array !== undefined)
    facts.push({
      name: say('fact.array'),
      content: (
        <>
          <span className="mono">{array.range}</span>
          <StateBar states={array.states} total={array.total} />
          <span className={styles.words}>{words(array.states)}</span>
        </>
      ),
    })
  if (workflow !== undefined)
    facts.push({
      name: say('fact.workflow'),
      content: (
        <a href={hrefOf({ page: 'workflows', id: workflow.id })}>
          {say('fact.step', { step: workflow.step, id: workflow.id })}
        </a>
      ),
    })
  if (dependencies.length > 0 || singleton === true)
    facts.push({
      name: say('fact.after'),
      content: (
        <>
          {dependencies.map(({ type, job: id }, index) => (
            <Fragment key={index}>
              {index > 0 ? ', ' : null}
              {id === undefined ? say('fact.submission') : linkTo(id)} {sayPending(`after.${type}`)}
            </Fragment>
          ))}
          {singleton === true ? say('fact.singleton') : null}
        </>
      ),
    })
  if (begin !== undefined && state === 'pending') facts.push({ name: say('fact.begin'), content: <Time at={begin} /> })
  if (restarts > 0) facts.push({ name: say('fact.restarts'), content: restarts })
  if (facts.length === 0) return null
  return (
    <dl className={styles.facts} data-head>
      {facts.map(({ name, content }, index) => (
        <div key={index} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{content}</dd>
        </div>
      ))}
    </dl>
  )
}
