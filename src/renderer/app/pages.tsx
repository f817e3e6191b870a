import { lazy, type ComponentType, type LazyExoticComponent } from 'react'
import type { Page, RouteOf } from './router.ts'

type PageOf<P extends Page> = LazyExoticComponent<ComponentType<{ route: RouteOf<P> }>>

/** Every page is a file of its own in the build, loaded when it is first shown. */
export const pages: { [P in Page]: PageOf<P> } = {
  jobs: lazy(() => import('../features/jobs/page.tsx')),
  compare: lazy(() => import('../features/jobs/compare-page.tsx')),
  templates: lazy(() => import('../features/templates/page.tsx')),
  'template-editor': lazy(() => import('../features/templates/editor-page.tsx')),
  'new-job': lazy(() => import('../features/new-job/page.tsx')),
  workflows: lazy(() => import('../features/workflows/page.tsx')),
  uploads: lazy(() => import('../features/uploads/page.tsx')),
  desktops: lazy(() => import('../features/desktops/page.tsx')),
  'desktop-window': lazy(() => import('../features/desktops/window-page.tsx')),
  'new-desktop': lazy(() => import('../features/desktops/new-page.tsx')),
  nodes: lazy(() => import('../features/nodes/page.tsx')),
  outbox: lazy(() => import('../features/outbox/page.tsx')),
  settings: lazy(() => import('../features/settings/page.tsx')),
  terminal: lazy(() => import('../features/terminals/page.tsx')),
  forwards: lazy(() => import('../features/forwards/page.tsx')),
  sites: lazy(() => import('../features/sites/page.tsx')),
}
