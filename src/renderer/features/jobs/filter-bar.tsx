import {
  ActionIcon,
  Button,
  Checkbox,
  CloseButton,
  NativeSelect,
  Popover,
  SegmentedControl,
  Switch,
  TextInput,
} from '@mantine/core'
import { ListFilter } from 'lucide-react'
import { useMemo } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import type { Collection } from '../../app/collection.ts'
import { useSite } from '../../app/site-context.ts'
import { useFormat } from '../../ui/format.ts'
import { uiMessages } from '../../ui/messages.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import {
  countPresets,
  jobStates,
  noFilter,
  presetNames,
  presetOf,
  presets,
  type FilterChange,
  type JobFilter,
  type SingleFilter,
} from './filter.ts'
import { listMessages } from './list-messages.ts'
import { jobsMessages } from './messages.ts'
import styles from './jobs.module.css'

interface BarProps {
  jobs: Collection<Job>
  filter: JobFilter
  set: (change: FilterChange) => void
}

const spans = ['24h', '7d', '30d'] as const
const isSpan = (since: string | undefined): since is (typeof spans)[number] => spans.some((span) => span === since)

/** What the jobs there are can be narrowed by: each partition, template and user among them. */
function useChoices(jobs: Collection<Job>) {
  const language = useLanguage()
  return useMemo(() => {
    const partitions = new Set<string>()
    const users = new Set<string>()
    const templates = new Map<string, string>()
    for (const { resources, user, templateId, templateName } of jobs.values()) {
      if (resources.partition !== undefined) partitions.add(resources.partition)
      users.add(user)
      if (templateId !== undefined)
        templates.set(templateId, templateName === undefined ? templateId : textIn(templateName, language))
    }
    const sorted = (names: Iterable<string>) => [...names].sort((a, b) => a.localeCompare(b, language))
    return { partitions: sorted(partitions), users: sorted(users), templates }
  }, [jobs, language])
}

/** The names of what the list is narrowed by, and the values in words. */
function useWords(jobs: Collection<Job>) {
  const say = useMessages(listMessages)
  const sayJobs = useMessages(jobsMessages)
  const choices = useChoices(jobs)
  const valueOf = (name: SingleFilter, value: string): string => {
    if (value === '-') return name === 'template' ? sayJobs('custom') : say('filter.none')
    if (name === 'since' && isSpan(value)) return say(`filter.${value}`)
    return name === 'template' ? (choices.templates.get(value) ?? value) : value
  }
  return { choices, valueOf }
}

/** States at a click, and the button that opens everything else a list can be narrowed by. */
export function FilterBar(props: BarProps & { narrow: boolean }) {
  const { jobs, filter, set, narrow } = props
  const say = useMessages(listMessages)
  const format = useFormat()
  const counts = useMemo(() => countPresets(jobs.values()), [jobs])
  const preset = presetOf(filter)
  const data = [
    ...presetNames.map((each) => ({
      value: each as string,
      label: say('preset.counted', { preset: say(`preset.${each}`), number: format.number(counts[each]) }),
    })),
    ...(preset === undefined ? [{ value: 'own', label: say('preset.own') }] : []),
  ]
  const choose = (value: string) => {
    const chosen = presetNames.find((each) => each === value)
    if (chosen !== undefined) set({ states: presets[chosen] })
  }
  return (
    <>
      {narrow ? (
        <NativeSelect
          size="xs"
          value={preset ?? 'own'}
          aria-label={say('preset.label')}
          data={data}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      ) : (
        <SegmentedControl value={preset ?? 'own'} aria-label={say('preset.label')} data={data} onChange={choose} />
      )}
      <Popover position="bottom-start" width={340} trapFocus returnFocus>
        <Popover.Target>
          {narrow ? (
            <ActionIcon variant="default" size={30} aria-label={say('filter.open')} title={say('filter.open')}>
              <ListFilter size={14} aria-hidden />
            </ActionIcon>
          ) : (
            <Button variant="default" leftSection={<ListFilter size={13} aria-hidden />}>
              {say('filter.open')}
            </Button>
          )}
        </Popover.Target>
        <Popover.Dropdown aria-label={say('filter.title')}>
          <FilterForm jobs={jobs} filter={filter} set={set} />
        </Popover.Dropdown>
      </Popover>
    </>
  )
}

const plain = (names: readonly string[]) => names.map((name) => ({ value: name, label: name }))

function FilterForm({ jobs, filter, set }: BarProps) {
  const say = useMessages(listMessages)
  const sayState = useMessages(uiMessages)
  const sayJobs = useMessages(jobsMessages)
  const { choices } = useWords(jobs)
  const isAdmin = useSite().user?.groups.includes('admin') === true
  const select = (name: 'partition' | 'template' | 'user', options: readonly { value: string; label: string }[]) => (
    <NativeSelect
      size="xs"
      label={say(`filter.${name}`)}
      value={filter[name] ?? ''}
      data={[{ value: '', label: say('filter.any') }, ...options]}
      onChange={(event) => set({ [name]: event.currentTarget.value || undefined })}
    />
  )
  const dated = filter.since !== undefined && !isSpan(filter.since)
  return (
    <div className={styles.filterForm}>
      <fieldset className={styles.filterStates}>
        <legend>{say('filter.states')}</legend>
        {jobStates.map((state) => (
          <Checkbox
            key={state}
            size="xs"
            label={sayState(`state.${state}`)}
            checked={filter.states.includes(state)}
            onChange={(event) => {
              const others = filter.states.filter((other) => other !== state)
              set({ states: event.currentTarget.checked ? [...others, state] : others })
            }}
          />
        ))}
      </fieldset>
      {select('partition', plain(choices.partitions))}
      {select('template', [
        ...[...choices.templates].map(([value, label]) => ({ value, label })),
        { value: '-', label: sayJobs('custom') },
      ])}
      {choices.users.length > 1 ? select('user', plain(choices.users)) : null}
      <NativeSelect
        size="xs"
        label={say('filter.since')}
        value={dated ? 'date' : (filter.since ?? '')}
        data={[
          { value: '', label: say('filter.any') },
          ...spans.map((span) => ({ value: span as string, label: say(`filter.${span}`) })),
          { value: 'date', label: say('filter.date') },
        ]}
        onChange={(event) => {
          const { value } = event.currentTarget
          set({ since: value === 'date' ? new Date().toLocaleDateString('sv') : value || undefined })
        }}
      />
      {dated ? (
        <TextInput
          type="date"
          size="xs"
          label={say('filter.day')}
          value={filter.since ?? ''}
          onChange={(event) => set({ since: event.currentTarget.value || undefined })}
        />
      ) : null}
      <TextInput
        type="date"
        size="xs"
        label={say('filter.until')}
        value={filter.until ?? ''}
        onChange={(event) => set({ until: event.currentTarget.value || undefined })}
      />
      <Switch
        size="xs"
        className={styles.filterGroup ?? ''}
        label={say('filter.group')}
        checked={filter.group === 'workflow'}
        onChange={(event) => set({ group: event.currentTarget.checked ? 'workflow' : undefined })}
      />
      {isAdmin ? (
        <Switch
          size="xs"
          className={styles.filterGroup ?? ''}
          label={say('filter.everybody')}
          checked={filter.everybody === true}
          onChange={(event) => set({ everybody: event.currentTarget.checked ? true : undefined })}
        />
      ) : null}
    </div>
  )
}

/** What the list is narrowed to, each part with a button that takes it away; nothing where that is nothing. */
export function FilterChips({ jobs, filter, set }: BarProps) {
  const say = useMessages(listMessages)
  const sayState = useMessages(uiMessages)
  const { valueOf } = useWords(jobs)
  const preset = presetOf(filter)
  const chips: { name: string; text: string; remove: FilterChange }[] = []
  if (preset === undefined)
    chips.push({
      name: say('filter.states'),
      text: filter.states.map((state) => sayState(`state.${state}`)).join(', '),
      remove: { states: [] },
    })
  for (const name of ['partition', 'template', 'user', 'since', 'until'] as const) {
    const value = filter[name]
    if (value !== undefined)
      chips.push({ name: say(`filter.${name}`), text: valueOf(name, value), remove: { [name]: undefined } })
  }
  if (filter.everybody === true)
    chips.push({ name: say('filter.everybody'), text: say('filter.on'), remove: { everybody: undefined } })
  if (filter.group !== undefined)
    chips.push({ name: say('filter.group'), text: say('filter.on'), remove: { group: undefined } })
  if (chips.length === 0) return null
  return (
    <div className={styles.chips} role="group" aria-label={say('filter.chips')}>
      {chips.map(({ name, text, remove }) => (
        <span key={name} className={styles.chip}>
          <span>{say('filter.chip', { name, value: text })}</span>
          <CloseButton
            size={18}
            iconSize={12}
            aria-label={say('filter.remove', { name })}
            onClick={() => set(remove)}
          />
        </span>
      ))}
      <Button
        variant="subtle"
        size="compact-xs"
        onClick={() => set({ ...noFilter, ...clearedSingles, text: filter.text })}
      >
        {say('filter.clear')}
      </Button>
    </div>
  )
}

const clearedSingles: FilterChange = {
  group: undefined,
  everybody: undefined,
  partition: undefined,
  template: undefined,
  user: undefined,
  since: undefined,
  until: undefined,
}
