import type { OutboxAction, OutboxEntry } from '../../../../contract/outbox.ts'
import type { Dependency, Resources } from '../../../../contract/resources.ts'
import type { Template } from '../../../../contract/templates.ts'
import { useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { useSiteJobs } from '../jobs/store.ts'
import { useCatalogue } from '../templates/store.ts'
import { usePickAgain } from '../uploads/pick-again.tsx'
import { UploadList } from '../uploads/upload-list.tsx'
import { contentMessages } from './content-messages.ts'
import { Fact } from './fact.tsx'
import { outboxStore } from './store.ts'
import { useBoundUploads } from './words.ts'
import styles from './outbox.module.css'

type Submit = Extract<OutboxAction, { kind: 'submit' }>

const MIB = 1_048_576

/** What a submission asks for: template, resources, values, files, and what it starts after. */
export function SubmissionFacts({ entry, action }: { entry: OutboxEntry; action: Submit }) {
  const say = useMessages(contentMessages)
  const language = useLanguage()
  const { submission } = action
  const { catalogue } = useCatalogue(entry.site)
  const template = catalogue?.items.find(({ id }) => id === submission.templateId)
  const resources = useResourceWords()
  const parameters = Object.entries(submission.parameters ?? {})
  const name = template === undefined ? submission.templateId : textIn(template.name, language)
  const { templateVersion: version } = submission
  return (
    <>
      {name === undefined ? null : (
        <Fact label={say('template')}>{version === undefined ? name : say('templateOf', { name, version })}</Fact>
      )}
      <Fact label={say('resources')}>{resources(submission.resources)}</Fact>
      <Dependencies site={entry.site} action={action} />
      {submission.command === undefined ? null : (
        <Fact label={say('command')} wide>
          <pre className={styles.code} tabIndex={0} role="region" aria-label={say('command')}>
            {submission.command}
          </pre>
        </Fact>
      )}
      {parameters.length === 0 ? null : (
        <Fact label={say('parameters')} wide>
          <dl className={styles.values}>
            {parameters.map(([key, value]) => (
              <Value key={key} template={template} of={key} value={value} />
            ))}
          </dl>
        </Fact>
      )}
      <SubmissionFiles entry={entry} action={action} />
    </>
  )
}

/** A parameter in the template's own words where it is known. */
function Value(props: { template: Template | undefined; of: string; value: string | number | boolean }) {
  const { template, of: key, value } = props
  const language = useLanguage()
  const parameter = template?.parameters.find((each) => each.key === key)
  const unit = parameter !== undefined && 'unit' in parameter ? parameter.unit : undefined
  return (
    <div className={styles.fact}>
      <dt>{parameter === undefined ? <code>{key}</code> : textIn(parameter.label, language)}</dt>
      <dd>{unit === undefined ? String(value) : `${value} ${unit}`}</dd>
    </div>
  )
}

function useResourceWords(): (resources: Resources) => string {
  const say = useMessages(contentMessages)
  const format = useFormat()
  return ({ partition, nodes, tasks, gpus, memoryMb, timeMinutes }) =>
    [
      say('nodes', { count: nodes }),
      say('tasks', { count: tasks }),
      ...(gpus === undefined ? [] : [say('gpus', { count: gpus })]),
      ...(memoryMb === undefined ? [] : [format.memory(memoryMb * MIB)]),
      ...(partition === undefined ? [] : [say('partition', { name: partition })]),
      say('time', { time: format.duration(timeMinutes * 60) }),
    ].join(' · ')
}

function Dependencies({ site, action }: { site: string; action: Submit }) {
  const say = useMessages(contentMessages)
  const entries = outboxStore.use((state) => state.entries)
  const { jobs } = useSiteJobs(site)
  const dependencies = action.submission.options?.dependencies ?? []
  if (dependencies.length === 0) return null
  const jobWords = (id: string, name = '') => say('job', { id, name }).trim()
  /** What it waits for, by the job that came of it where there is one by now. */
  const nameOf = ({ job, submission = '' }: Dependency): string => {
    if (job !== undefined) return jobWords(job, jobs?.get(job)?.name)
    const other = entries?.get(submission)
    const made = other?.result?.jobId
    return made === undefined ? say('outboxEntry', { title: other?.title ?? submission }) : jobWords(made, other?.title)
  }
  return (
    <Fact label={say('starts')}>
      <ul className={styles.lines}>
        {dependencies.map((dependency, index) => (
          <li key={index}>{say(`starts.${dependency.type}`, { name: nameOf(dependency) })}</li>
        ))}
      </ul>
    </Fact>
  )
}

function SubmissionFiles({ entry, action }: { entry: OutboxEntry; action: Submit }) {
  const say = useMessages(contentMessages)
  const uploads = useBoundUploads(entry)
  const again = usePickAgain()
  const stored = action.stored?.length ?? 0
  const forgotten = action.uploads.length - uploads.length
  const count = action.uploads.length + stored
  if (count === 0) return null
  return (
    <Fact label={say('files', { count })} wide>
      {again.element}
      {uploads.length === 0 ? null : (
        <UploadList label={say('filesOf', { name: entry.title })} uploads={uploads} onPickAgain={again.ask} />
      )}
      {stored === 0 ? null : <p className={styles.faint}>{say('stored', { count: stored })}</p>}
      {forgotten === 0 ? null : <p className={styles.faint}>{say('forgotten', { count: forgotten })}</p>}
    </Fact>
  )
}
