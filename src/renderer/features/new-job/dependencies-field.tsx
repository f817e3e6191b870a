import { ActionIcon, Select } from '@mantine/core'
import { X } from 'lucide-react'
import type { Dependency } from '../../../../contract/resources.ts'
import { useMessages } from '../../ui/text.ts'
import { uiMessages } from '../../ui/messages.ts'
import { useSiteJobs } from '../jobs/store.ts'
import { submissionsOf } from '../outbox/model.ts'
import { useOutbox } from '../outbox/store.ts'
import { newJobMessages } from './messages.ts'
import type { RawDependency } from './queue.ts'
import styles from './form.module.css'

const types: readonly Dependency['type'][] = ['afterok', 'afterany', 'afternotok', 'after']
const isType = (value: string | null): value is Dependency['type'] => types.some((type) => type === value)

/** Jobs in the list of the picker; a search reaches the rest. */
const offered = 50

/** The value of an unsent submission in the picker: no job's id begins so. */
const unsent = 'outbox '
const keyOf = (each: RawDependency): string => ('job' in each ? each.job : unsent + each.submission)
const dependencyOn = (key: string): RawDependency =>
  key.startsWith(unsent) ? { type: 'afterok', submission: key.slice(unsent.length) } : { type: 'afterok', job: key }

/** What this one waits for: the user's own jobs by id or name, and submissions of the outbox. */
export function DependenciesField(props: {
  id: string
  site: string
  /** The entry of the outbox that the form changes. */
  own: string | undefined
  value: readonly RawDependency[]
  onChange: (value: readonly RawDependency[]) => void
}) {
  const { id, site, own, value, onChange } = props
  const say = useMessages(newJobMessages)
  const sayUi = useMessages(uiMessages)
  const { jobs } = useSiteJobs(site)
  const entries = useOutbox()
  const taken = new Set(value.map(keyOf))
  const waiting = submissionsOf(entries?.values() ?? [], site)
    .filter((entry) => entry.id !== own && !taken.has(unsent + entry.id))
    .map((entry) => ({ value: unsent + entry.id, label: say('dependency.outbox', { title: entry.title }) }))
  const free = [...(jobs?.values() ?? [])]
    .filter((job) => !taken.has(job.id))
    .sort((a, b) => (a.submittedAt < b.submittedAt ? 1 : -1))
    .map((job) => ({
      value: job.id,
      label: say('dependency.job', { id: job.id, name: job.name, state: sayUi(`state.${job.state}`) }),
    }))
  const nothing = waiting.length + free.length === 0
  const titleOf = (each: RawDependency): string => {
    if ('submission' in each)
      return say('dependency.outbox', { title: entries?.get(each.submission)?.title ?? each.submission })
    const name = jobs?.get(each.job)?.name
    return name === undefined ? each.job : `${each.job} ${name}`
  }
  return (
    <div className={styles.dependencies}>
      {value.map((dependency) => {
        const key = keyOf(dependency)
        const title = titleOf(dependency)
        return (
          <div key={key} className={styles.dependency}>
            <Select
              data={types.map((type) => ({ value: type, label: say(`dependency.${type}`) }))}
              value={dependency.type}
              allowDeselect={false}
              aria-label={say('dependency.typeOf', { job: title })}
              onChange={(type) => {
                if (!isType(type)) return
                onChange(value.map((each) => (keyOf(each) === key ? { ...each, type } : each)))
              }}
            />
            <span className={styles.dependencyJob} title={title}>
              {title}
            </span>
            <ActionIcon
              size={24}
              aria-label={say('dependency.remove', { job: title })}
              title={say('dependency.remove', { job: title })}
              onClick={() => onChange(value.filter((each) => keyOf(each) !== key))}
            >
              <X size={13} aria-hidden />
            </ActionIcon>
          </div>
        )
      })}
      <Select
        id={id}
        data={[
          ...(waiting.length === 0 ? [] : [{ group: say('dependency.groupOutbox'), items: waiting }]),
          ...(free.length === 0 ? [] : [{ group: say('dependency.groupJobs'), items: free }]),
        ]}
        value={null}
        searchable
        limit={offered}
        disabled={nothing}
        placeholder={say(nothing ? 'dependency.noJobs' : 'dependency.add')}
        nothingFoundMessage={say('choice.nothing')}
        comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
        onChange={(key) => {
          if (key !== null) onChange([...value, dependencyOn(key)])
        }}
      />
    </div>
  )
}
