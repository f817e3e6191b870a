import { Button, Popover, useComputedColorScheme } from '@mantine/core'
import { SlidersHorizontal } from 'lucide-react'
import { lazy, Suspense, useCallback, useId, useState } from 'react'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { useSettings } from '../settings/store.ts'
import { limitMessages } from './limit-messages.ts'
import { trafficMessages } from './traffic-messages.ts'
import { TransferOptions, UploadLimit } from './transfer-settings.tsx'
import { useTraffic } from './use-traffic.ts'
import styles from './traffic.module.css'

const Chart = lazy(() => import('./traffic-chart.tsx'))

/** How the way to the site is used, and how much of it may be. */
export function TrafficStrip({ site }: { site: string }) {
  const say = useMessages(trafficMessages)
  const format = useFormat()
  const scheme = useComputedColorScheme()
  const traffic = useTraffic(site)
  const speed = useCallback((value: number) => (value === 0 ? '0' : format.speed(value)), [format])
  const time = useCallback(
    (second: number) => (second === 0 ? say('now') : say('minutesAgo', { count: Math.round(-second / 60) })),
    [say],
  )
  const samples = traffic?.samples ?? []
  const now = samples.at(-1) ?? 0
  const most = Math.max(0, ...samples)
  const limit = traffic?.limit ?? 0
  const words = {
    now: format.speed(now),
    most: format.speed(most),
    limit: limit > 0 ? format.speed(limit) : say('unlimited'),
  }
  return (
    <section className={styles.strip} aria-label={say('title')}>
      {most === 0 || traffic === undefined ? null : (
        <div className={styles.course}>
          <div className={styles.figures}>
            <strong>{words.now}</strong>
            {traffic.connections === 0 ? null : <span>{say('connections', { count: traffic.connections })}</span>}
            <span className={styles.most}>{say('most', words)}</span>
            {limit > 0 ? (
              <span className={styles.limitWord}>
                <i aria-hidden /> {say('limit', words)}
              </span>
            ) : null}
          </div>
          <Suspense fallback={<div className={styles.canvas} />}>
            <Chart key={scheme} samples={samples} limit={limit} label={say('chart', words)} speed={speed} time={time} />
          </Suspense>
        </div>
      )}
      <Limits limit={traffic?.limit} />
    </section>
  )
}

function Limits({ limit }: { limit: number | undefined }) {
  const say = useMessages(limitMessages)
  const format = useFormat()
  const { uploadLimit, uploadHours } = useSettings()
  const label = useId()
  const [open, setOpen] = useState(false)
  const byHours = uploadHours !== undefined && uploadHours !== null && limit !== undefined && limit !== uploadLimit
  return (
    <div className={styles.limits}>
      <span id={label} className={styles.limitLabel}>
        {say('on')}
      </span>
      <UploadLimit labelledBy={label} />
      <div className={styles.more}>
        {byHours ? (
          <span className={styles.byHours}>
            {say('byHours', { limit: limit > 0 ? format.speed(limit) : say('none') })}
          </span>
        ) : null}
        <Popover opened={open} onChange={setOpen} position="bottom-end" width={560} trapFocus returnFocus>
          <Popover.Target>
            <Button
              variant="subtle"
              color="gray"
              leftSection={<SlidersHorizontal size={13} aria-hidden />}
              onClick={() => setOpen(!open)}
            >
              {say('options')}
            </Button>
          </Popover.Target>
          <Popover.Dropdown aria-label={say('title')} className={styles.options ?? ''}>
            <TransferOptions />
          </Popover.Dropdown>
        </Popover>
      </div>
    </div>
  )
}
