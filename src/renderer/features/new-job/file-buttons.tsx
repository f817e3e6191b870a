import { Button } from '@mantine/core'
import { FlaskConical } from 'lucide-react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { useMessages } from '../../ui/text.ts'
import { PickButtons } from '../uploads/pick-buttons.tsx'
import type { Picks } from '../uploads/picked.ts'
import { newJobMessages } from './messages.ts'

/** Choosing files or a folder, and the template's own examples. */
export function FileButtons(props: {
  disabled: boolean
  onPicks: (picks: Picks) => void
  onError: (error: AppErrorValue) => void
  /** Absent where the template ships no examples. */
  onExamples: (() => void) | undefined
}) {
  const { disabled, onPicks, onError, onExamples } = props
  const say = useMessages(newJobMessages)
  return (
    <>
      <PickButtons
        files={say('files.choose')}
        folder={say('files.chooseFolder')}
        disabled={disabled}
        onPicks={onPicks}
        onError={onError}
      />
      {onExamples === undefined ? null : (
        <Button
          variant="subtle"
          disabled={disabled}
          leftSection={<FlaskConical size={14} aria-hidden />}
          onClick={onExamples}
        >
          {say('files.examples')}
        </Button>
      )}
    </>
  )
}
