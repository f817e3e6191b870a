import type { OutboxEntry } from '../../../contract/outbox.ts'
import { siteAnswers } from '../../../contract/site-answers.ts'
import type { Site } from '../../../contract/sites.ts'
import type { Upload } from '../../../contract/uploads.ts'
import { uploadsOf, type Batch } from './contents.ts'

/**
 * How something in the outbox goes on. `going`: by itself, soon. `later`: by itself, when a time or a place has come, or after
 * something that is held. `cut`: once its site can be reached, or is signed in to. `over`: not by itself.
 */
export type Motion = 'going' | 'later' | 'cut' | 'over'

export interface Around {
  entries: ReadonlyMap<string, OutboxEntry>
  uploads: ReadonlyMap<string, Upload>
  sites: ReadonlyMap<string, Pick<Site, 'connection'>>
}

export function motionOf(entry: OutboxEntry, around: Around): Motion {
  if (entry.state !== 'waiting' && entry.state !== 'sending') return 'over'
  switch (entry.wait) {
    case 'time':
    case 'place':
    case 'estimate':
    case 'job-limit':
      return 'later'
    case 'sign-in':
      return 'cut'
    case 'network':
      return mayAnswer(entry.site, around) ? 'going' : 'cut'
    case 'files':
      return filesMotion(uploadsOf(entry), entry.site, around)
    case 'dependency':
      return dependencyMotion(entry.waitsFor ?? [], around)
    default:
      return 'going'
  }
}

export const batchMotion = ({ site, uploads }: Batch, around: Around): Motion =>
  uploads.every(({ state }) => state === 'paused' || isEnded(state))
    ? 'over'
    : filesMotion(
        uploads.map(({ id }) => id),
        site,
        around,
      )

function filesMotion(ids: readonly string[], site: string, around: Around): Motion {
  const uploads = ids.flatMap((id) => around.uploads.get(id) ?? []).filter(({ state }) => !isEnded(state))
  const moving = uploads.filter(({ state, wait }) => state !== 'paused' && wait !== 'file')
  if (moving.length === 0) return uploads.length === 0 ? 'going' : 'later'
  const signedOut = moving.every(({ state, wait }) => state === 'waiting' && wait === 'sign-in')
  return !signedOut && mayAnswer(site, around) ? 'going' : 'cut'
}

function dependencyMotion(ids: readonly string[], around: Around): Motion {
  const motions = ids.flatMap((id) => {
    const entry = around.entries.get(id)
    // What has ended is not waited for any more, which is told soon.
    return entry === undefined || ['done', 'failed'].includes(entry.state) ? [] : [motionOf(entry, around)]
  })
  if (motions.includes('over') || motions.includes('later')) return 'later'
  return motions.includes('cut') ? 'cut' : 'going'
}

/** It answers, or it is not known yet whether it does. */
function mayAnswer(site: string, { sites }: Around): boolean {
  const connection = sites.get(site)?.connection
  if (connection === undefined) return false
  return siteAnswers(connection) || ['unknown', 'connecting', 'starting'].includes(connection.state)
}

const isEnded = (state: Upload['state']): boolean => ['uploaded', 'failed', 'cancelled'].includes(state)
