import { ActionIcon, Select } from '@mantine/core'
import { X } from 'lucide-react'
import type { Dependency } from '../../../../contract/resources.ts'
import { useMessages } from '../../ui/text.ts'
import { uiMessages } from '../../ui/messages.ts'
import { useSiteJobs } from '../jobs/store.ts'
import { newJobMessages } from './messages.ts'
import type { RawDependency } from './queue.ts'
import styles from './form.module.css'

const types: readonly Dependency['type'][] = ['afterok', 'afterany', 'afternotok', 'after']
const isType = (value: string | null): value is Dependency['type'] => types.some((type) => type === value)

/** Jobs in the list of the picker; a search reaches the rest. */
const offered = 50

/** The jobs this one waits for, picked from the user's own by id or name. */
export function DependenciesField(props: {
  id: string
  site: string
  value: readonly RawDependency[]
  onChange: (value: readonly RawDependency[]) => void
}) {
  const { id, site, value, onChange } = props
  const say = useMessages(newJobMessages)
  const sayUi = useMessages(uiMessages)
  const { jobs } = useSiteJobs(site)
  const taken = new Set(value.map(({ job }) => job))
  const free = [...(jobs?.values() ?? [])]
    .filter((job) => !taken.has(job.id))
    .sort((a, b) => (a.submittedAt < b.submittedAt ? 1 : -1))
  const nameOf = (job: string) => jobs?.get(job)?.name
  return (
    <div className={styles.dependencies}>
      {value.map((dependency) => {
        const name = nameOf(dependency.job)
        const title = name === undefined ? dependency.job : `${dependency.job} ${name}`
        return (
          <div key={dependency.job} className={styles.dependency}>
            <Select
              data={types.map((type) => ({ value: type, label: say(`dependency.${type}`) }))}
              value={dependency.type}
              allowDeselect={false}
              aria-label={say('dependency.typeOf', { job: title })}
              onChange={(type) => {
                if (!isType(type)) return
                onChange(value.map((each) => (each.job === dependency.job ? { ...each, type } : each)))
              }}
            />
            <span className={styles.dependencyJob} title={title}>
              <code>{dependency.job}</code> {name}
            </span>
            <ActionIcon
              size={24}
              aria-label={say('dependency.remove', { job: title })}
              title={say('dependency.remove', { job: title })}
              onClick={() => onChange(value.filter(({ job }) => job !== dependency.job))}
            >
              <X size={13} aria-hidden />
            </ActionIcon>
          </div>
        )
      })}
      <Select
        id={id}
        data={free.map((job) => ({
          value: job.id,
          label: say('dependency.job', { id: job.id, name: job.name, state: sayUi(`state.${job.state}`) }),
        }))}
        value={null}
        searchable
        limit={offered}
        disabled={free.length === 0}
        placeholder={say(free.length === 0 ? 'dependency.noJobs' : 'dependency.add')}
        nothingFoundMessage={say('choice.nothing')}
        comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
        onChange={(job) => {
          if (job !== null) onChange([...value, { type: 'afterok', job }])
        }}
      />
    </div>
  )
}
