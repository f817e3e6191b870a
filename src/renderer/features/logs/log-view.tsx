import { Select } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { useQuery } from '../../app/use-query.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { Section } from '../jobs/section.tsx'
import { LogViewer } from './log-viewer.tsx'
import { logsMessages } from './messages.ts'
import styles from './log.module.css'

/** The text files of a job, one of them open: its own log at first. */
export function LogView({ site, job }: { site: string; job: Job }) {
  const say = useMessages(logsMessages)
  const format = useFormat()
  const [chosen, setChosen] = useState<string>()
  const [opened, setOpened] = useState(0)
  const [note, setNote] = useState<string>()
  const { data } = useQuery('logs', 'files', { site, id: job.id }, `${job.state} ${opened}`)
  const files = useMemo(() => data?.files ?? [], [data])
  // An array prints nothing itself: its elements do.
  const main = files.find((file) => file.main)?.path ?? (job.array === undefined ? undefined : files[0]?.path)
  const options = useMemo(
    () =>
      files.map(({ path, size }) => ({
        value: path,
        label: say('file.option', { path, size: format.bytes(size) }),
      })),
    [files, say, format],
  )
  const own = files.some((candidate) => candidate.main && candidate.path === (chosen ?? main))
  const file = own ? undefined : (chosen ?? (job.array === undefined ? undefined : main))
  const picker =
    data === undefined ? null : (
      <Select
        className={styles.file}
        aria-label={say('file')}
        data={options}
        value={chosen ?? main ?? null}
        searchable
        allowDeselect={false}
        maxDropdownHeight={360}
        limit={200}
        nothingFoundMessage={say('file.none')}
        comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
        onDropdownOpen={() => setOpened(opened + 1)}
        onChange={(path) => setChosen(path ?? undefined)}
      />
    )
  return (
    <Section title={say('title')} note={note}>
      <LogViewer
        key={`${site} ${job.id} ${file ?? ''}`}
        site={site}
        job={job}
        file={file}
        name={chosen ?? main}
        picker={picker}
        onNote={setNote}
      />
    </Section>
  )
}
