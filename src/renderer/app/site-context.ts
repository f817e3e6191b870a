import { createContext, useContext } from 'react'
import type { Site } from '../../../contract/sites.ts'

export const SiteContext = createContext<Site | undefined>(undefined)

/** The site a page works with. The frame shows pages only where there is one. */
export function useSite(): Site {
  const site = useContext(SiteContext)
  if (site === undefined) throw new Error('a page was drawn without a site')
  return site
}
