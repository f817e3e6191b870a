import type { SiteConnection } from './sites.ts'

/**
 * Whether the site can be used now: what is asked of it gets an answer, be it slowly. In a file of its own, so that the window's
 * first screen does not load the schema library with it.
 */
export const siteAnswers = ({ state }: Pick<SiteConnection, 'state'>): boolean =>
  state === 'connected' || state === 'degraded'
