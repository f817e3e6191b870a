import { Button } from '@mantine/core'
import { FileUp, FolderUp } from 'lucide-react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Picks } from './picked.ts'
import { usePick } from './use-pick.tsx'

/** Two buttons beside each other, for files and for a folder. */
export function PickButtons(props: {
  /** What the buttons say. */
  files: string
  folder: string
  disabled?: boolean
  onPicks: (picks: Picks) => void
  onError: (error: AppErrorValue) => void
}) {
  const { disabled = false, onPicks, onError } = props
  const { inputs, choose } = usePick(onPicks, onError)
  return (
    <>
      {inputs}
      <Button
        variant="default"
        disabled={disabled}
        leftSection={<FileUp size={14} aria-hidden />}
        onClick={() => void choose('files')}
      >
        {props.files}
      </Button>
      <Button
        variant="default"
        disabled={disabled}
        leftSection={<FolderUp size={14} aria-hidden />}
        onClick={() => void choose('folder')}
      >
        {props.folder}
      </Button>
    </>
  )
}
