import { ActionIcon, Button } from '@mantine/core'
import { ArrowLeftRight, Check, Copy, SquareArrowOutUpRight } from 'lucide-react'
import { useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Forward } from '../../../../contract/forwards.ts'
import type { Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { navigate } from '../../app/router.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useFormat } from '../../ui/format.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { useMessages } from '../../ui/text.ts'
import { useCopy } from '../jobs/use-copy.ts'
import { isSsh } from '../sites/address.ts'
import { useActiveSite } from '../sites/store.ts'
import { useOpenAddress } from '../terminals/use-open-address.ts'
import { ForwardForm } from './form.tsx'
import { forwardsMessages } from './messages.ts'
import { forwardsStore } from './store.ts'
import styles from './forwards.module.css'

/** Forwards of the active site: what is open, and one more. */
export default function ForwardsPage() {
  const say = useMessages(forwardsMessages)
  const site = useActiveSite()
  if (site !== undefined && isSsh(site.url)) return <Forwards key={site.id} site={site} />
  return (
    <EmptyState icon={ArrowLeftRight} title={say('noSsh.title')} text={say('noSsh.text')}>
      <Button onClick={() => navigate({ page: 'sites', add: true })}>{say('noSsh.add')}</Button>
    </EmptyState>
  )
}

function Forwards({ site }: { site: Site }) {
  const say = useMessages(forwardsMessages)
  const all = forwardsStore.use((state) => state.forwards)
  const forwards = [...(all?.values() ?? [])].filter((forward) => forward.site === site.id)
  return (
    <>
      <PageHeader title={say('title')} note={say('note', { site: site.name })} />
      <div className={styles.page}>
        <ForwardForm site={site.id} />
        {forwards.length === 0 ? (
          <p className={styles.empty}>{all === undefined ? '' : say('empty')}</p>
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{say('local')}</th>
                <th scope="col">{say('target')}</th>
                <th scope="col" data-number>
                  {say('connections')}
                </th>
                <th scope="col" data-number>
                  {say('bytes')}
                </th>
                <th scope="col" aria-label={say('actions')} />
              </tr>
            </thead>
            <tbody>
              {forwards.map((forward) => (
                <Row key={forward.id} forward={forward} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  )
}

function Row({ forward }: { forward: Forward }) {
  const say = useMessages(forwardsMessages)
  const format = useFormat()
  const { copied, copy } = useCopy()
  const openAddress = useOpenAddress()
  const close = forwardsStore.use((state) => state.close)
  const [failed, setFailed] = useState<AppErrorValue>()
  const address = `127.0.0.1:${forward.localPort}`
  const error = failed ?? forward.error
  return (
    <>
      <tr>
        <td>
          <span className={styles.local}>
            <code>{address}</code>
            <ActionIcon
              size={24}
              aria-label={copied ? say('copied') : say('copy', { address })}
              title={copied ? say('copied') : say('copy', { address })}
              onClick={() => copy(address)}
            >
              {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
            </ActionIcon>
            <ActionIcon
              size={24}
              aria-label={say('browse', { address })}
              title={say('browse', { address })}
              onClick={() => openAddress(`http://${address}/`)}
            >
              <SquareArrowOutUpRight size={14} aria-hidden />
            </ActionIcon>
          </span>
        </td>
        <td>
          <code>{`${forward.host.includes(':') ? `[${forward.host}]` : forward.host}:${forward.port}`}</code>
        </td>
        <td data-number>{format.number(forward.connections)}</td>
        <td data-number>{format.bytes(forward.bytes)}</td>
        <td data-number>
          <Button
            variant="default"
            aria-label={say('closeOne', { address })}
            onClick={() => void close(forward.id).catch((failure: unknown) => setFailed(errorValue(failure)))}
          >
            {say('close')}
          </Button>
        </td>
      </tr>
      {error === undefined ? null : (
        <tr className={styles.error}>
          <td colSpan={5}>
            <AppError error={error} />
          </td>
        </tr>
      )}
    </>
  )
}
