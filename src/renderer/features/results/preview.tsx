import { ActionIcon } from '@mantine/core'
import { Download } from 'lucide-react'
import type { Job } from '../../../../contract/jobs.ts'
import type { ResultEntry } from '../../../../contract/results.ts'
import { useQuery } from '../../app/use-query.ts'
import { useMessages } from '../../ui/text.ts'
import { LogViewer } from '../logs/log-viewer.tsx'
import { PreviewDialog } from '../previews/preview-dialog.tsx'
import { useForm } from '../previews/use-form.ts'
import { previewKinds, shownName } from './kinds.ts'
import { resultsMessages } from './messages.ts'

const nothing = () => undefined

/** Longer texts are read where they lie, as logs are. */
const longText = 256 * 1024

/** A look at a file of a job. */
export function Preview(props: {
  site: string
  job: Job
  entry: ResultEntry
  onClose: () => void
  onDownload: () => void
  onStep?: ((by: 1 | -1) => void) | undefined
}) {
  const { site, job, entry, onStep, onClose, onDownload } = props
  const { id } = job
  const { path } = entry
  const say = useMessages(resultsMessages)
  const form = useForm(path, previewKinds(entry))
  const { as, encoding } = form
  const isLong = as === 'text' && entry.kind === 'file' && entry.size > longText
  const input = { site, id, path, as, ...(encoding === undefined ? {} : { encoding }) }
  const look = useQuery('results', 'preview', input, entry.modifiedAt, !isLong)
  const name = shownName(path)
  const download = say('download', { name })
  return (
    <PreviewDialog
      name={name}
      size={entry.size}
      place="cluster"
      site={site}
      form={form}
      look={look}
      instead={
        isLong ? (
          <LogViewer key={path} site={site} job={job} file={path} name={path} picker={null} onNote={nothing} />
        ) : undefined
      }
      actions={
        <ActionIcon aria-label={download} title={download} onClick={onDownload}>
          <Download size={16} aria-hidden />
        </ActionIcon>
      }
      onStep={onStep}
      onClose={onClose}
    />
  )
}
