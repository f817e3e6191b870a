import { Button, Menu } from '@mantine/core'
import { Bell, BellOff, ChevronDown, ChevronsDown, Clock, CopyPlus, Pause, Play, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { useMessages } from '../../ui/text.ts'
import { useMuted } from '../notifications/use-muted.ts'
import { fits } from './actions.ts'
import { jobsMessages } from './messages.ts'

/** What needs to be asked before it is done. */
export type JobDialog = 'time-limit' | 'nice' | 'clone'

/** What can be done with a job beside running it again and cancelling it. */
export function JobMenu(props: {
  site: string
  job: Job
  /** What an action is called: with “when connected” while the site is away. */
  label: (action: string) => string
  onChange: (action: 'hold' | 'release' | 'requeue') => void
  onDialog: (dialog: JobDialog) => void
}) {
  const { site, job, label, onChange, onDialog } = props
  const say = useMessages(jobsMessages)
  const [opened, setOpened] = useState(false)
  const plain = [
    { action: 'hold', icon: Pause },
    { action: 'release', icon: Play },
    { action: 'requeue', icon: RefreshCw },
  ] as const
  const asking = [
    { dialog: 'time-limit', icon: Clock, shown: fits('time-limit', job) },
    { dialog: 'nice', icon: ChevronsDown, shown: fits('nice', job) },
    { dialog: 'clone', icon: CopyPlus, shown: true },
  ] as const
  const { muted, setMuted } = useMuted(site, job.element?.array ?? job.id, opened)
  return (
    <Menu position="bottom-end" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Button variant="default" rightSection={<ChevronDown size={13} aria-hidden />}>
          {say('actions.open')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {plain.map(({ action, icon: Icon }) =>
          fits(action, job) ? (
            <Menu.Item key={action} leftSection={<Icon size={14} aria-hidden />} onClick={() => onChange(action)}>
              {label(say(`actions.${action}`))}
            </Menu.Item>
          ) : null,
        )}
        {asking.map(({ dialog, icon: Icon, shown }) =>
          shown ? (
            <Menu.Item key={dialog} leftSection={<Icon size={14} aria-hidden />} onClick={() => onDialog(dialog)}>
              {say(`actions.${dialog}`)}
            </Menu.Item>
          ) : null,
        )}
        <Menu.Item
          disabled={muted === undefined}
          leftSection={muted === true ? <Bell size={14} aria-hidden /> : <BellOff size={14} aria-hidden />}
          onClick={() => setMuted(muted !== true)}
        >
          {say(muted === true ? 'actions.unmute' : 'actions.mute')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
