import { TriangleAlert } from 'lucide-react'
import { useQuery } from '../../app/use-query.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { resultsMessages } from './messages.ts'
import styles from './results.module.css'

/** Below this part of the disk, or above this of the quota, the user is warned. */
const LITTLE_FREE = 0.05
const MUCH_USED = 0.9

/** Free space and quota at the site, with a warning where it gets tight. */
export function SpaceNote({ site, version }: { site: string; version: string }) {
  const say = useMessages(resultsMessages)
  const format = useFormat()
  const { data } = useQuery('results', 'space', { site }, version)
  if (data === undefined) return null
  const { free, total, quota } = data
  const tight = quota !== undefined && quota.used > MUCH_USED * quota.limit
  const full = free < LITTLE_FREE * total
  const parts = [
    say('space.free', { size: format.bytes(free) }),
    ...(quota === undefined
      ? []
      : [say('space.quota', { used: format.bytes(quota.used), limit: format.bytes(quota.limit) })]),
  ]
  return (
    <span className={styles.space} data-warning={tight || full || undefined}>
      {tight || full ? <TriangleAlert size={12} role="img" aria-label={say('space.warning')} /> : null}
      {parts.join(' · ')}
      {tight || full ? <span> {say(tight ? 'space.tight' : 'space.full')}</span> : null}
    </span>
  )
}
