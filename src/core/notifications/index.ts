import { join } from 'node:path'
import type { NotificationChoices } from '../../../contract/notifications.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { appError } from '../kit/app-error.ts'
import type { LastKnown } from '../kit/last-known.ts'
import type { Platform } from '../platform.ts'
import { createPerUser, type SitesFeature } from '../sites/index.ts'
import { createNotificationList } from './list.ts'
import { openSeen } from './seen.ts'

export interface NotificationsFeature {
  handlers: FeatureHandlers<'notifications'>
  close(): void
}

const choicesPath = '/api/v2/notifications/choices'

/** What agents tell users by themselves, which of it was read and shown, and what a user wants to be told. */
export function createNotifications(parts: {
  platform: Platform
  sites: SitesFeature
  lastKnown: LastKnown
}): NotificationsFeature {
  const { platform, sites } = parts
  const { agents } = sites
  const { log, paths } = platform
  const seen = openSeen(join(paths.journals ?? paths.data, 'notifications.db'), log)
  const lists = createPerUser(parts, (user) => createNotificationList({ ...user, seen }))
  const end = sites.onChange((id, site) => {
    if (site === undefined) seen.forget(id)
  })
  return {
    close() {
      end()
      lists.close()
      seen.close()
    },
    handlers: {
      methods: {
        read({ site, upTo }) {
          lists.of(site).read(upTo)
          return {}
        },
        claim: ({ site, upTo }) => ({ from: lists.of(site).claim(upTo) }),
        async show({ title, body, place }) {
          if (platform.notify === undefined) {
            throw appError(
              'CONFLICT',
              { reason: 'This host shows no notifications.' },
              'This host shows no notifications.',
            )
          }
          await platform.notify({ title, body, place })
          return {}
        },
        choices: ({ site }, { signal }) => agents.client(site).get<NotificationChoices>(choicesPath, { signal }),
        choose: ({ site, kinds }, { signal }) =>
          agents.client(site).put<NotificationChoices>(choicesPath, { json: { kinds }, signal }),
        mute({ site, job, muted }, { signal }) {
          const path = `/api/v2/notifications/muted/${encodeURIComponent(job)}`
          const client = agents.client(site)
          return muted
            ? client.put<NotificationChoices>(path, { signal })
            : client.delete<NotificationChoices>(path, { signal })
        },
      },
      streams: { all: ({ site }, sink) => lists.subscribe(site, sink) },
    },
  }
}
