import type { Site } from '../../../contract/sites.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { Agents } from '../agent-client/index.ts'
import type { SshAccess } from '../ssh/index.ts'
import type { SiteSsh } from './open-site.ts'

/** The clusters the user works with, as other features ask for them. */
export interface SitesFeature {
  handlers: FeatureHandlers<'sites'>
  agents: Agents
  /** The site as windows see it; NOT_FOUND for an unknown one. */
  site(id: string): Site
  /** The SSH session of a site: NOT_FOUND for an unknown one, CONFLICT for one that is reached otherwise. */
  access(id: string): SshAccess
  /** How far SSH leads at a site; undefined for one that is reached otherwise. NOT_FOUND for an unknown one. */
  ssh(id: string): SiteSsh | undefined
  /** Where a site is out of reach, it is tried now rather than at the next attempt; nothing is asked. */
  tryNow(id: string): void
  /** Whose site it is now: who is signed in, or was last. */
  userOf(id: string): string | undefined
  /** A site changed: its connection, its user; or it is gone (`site` absent). */
  onChange(listener: (id: string, site: Site | undefined) => void): () => void
  close(): void
}
