import { describe, expect, it } from 'vitest'
import { hrefOf, parseRoute, type Route } from '../../../../src/renderer/app/router.ts'

const places: [string, Route][] = [
  ['#/jobs', { page: 'jobs' }],
  ['#/jobs/1832', { page: 'jobs', id: '1832' }],
  ['#/jobs/1832/log', { page: 'jobs', id: '1832', tab: 'log' }],
  ['#/jobs?state=running,pending&q=plate', { page: 'jobs', filter: 'state=running,pending&q=plate' }],
  ['#/jobs/1832?partition=viz', { page: 'jobs', id: '1832', filter: 'partition=viz' }],
  ['#/jobs/compare/12/13_4', { page: 'compare', a: '12', b: '13_4' }],
  ['#/templates', { page: 'templates' }],
  ['#/templates/new', { page: 'template-editor' }],
  ['#/templates/bracket-static/edit', { page: 'template-editor', id: 'bracket-static' }],
  ['#/templates/bracket-static/new', { page: 'new-job', template: 'bracket-static' }],
  ['#/templates/bracket-static/new?from=1832', { page: 'new-job', template: 'bracket-static', from: '1832' }],
  ['#/custom/new', { page: 'new-job' }],
  ['#/custom/new?from=7', { page: 'new-job', from: '7' }],
  ['#/templates/wire/new?entry=e1', { page: 'new-job', template: 'wire', entry: 'e1' }],
  ['#/custom/new?entry=e1', { page: 'new-job', entry: 'e1' }],
  ['#/templates/new?entry=e1', { page: 'template-editor', entry: 'e1' }],
  ['#/templates/wire/edit?entry=e1', { page: 'template-editor', id: 'wire', entry: 'e1' }],
  ['#/outbox', { page: 'outbox' }],
  ['#/outbox/e1', { page: 'outbox', id: 'e1' }],
  ['#/uploads', { page: 'uploads' }],
  ['#/uploads/u1', { page: 'uploads', id: 'u1' }],
  ['#/desktops', { page: 'desktops' }],
  ['#/desktops/1832', { page: 'desktops', id: '1832' }],
  ['#/desktops/1832/window', { page: 'desktop-window', id: '1832' }],
  ['#/desktops/new', { page: 'new-desktop' }],
  ['#/desktops/new?template=paraview', { page: 'new-desktop', template: 'paraview' }],
  ['#/desktops/new?from=1832', { page: 'new-desktop', from: '1832' }],
  ['#/desktops/new?template=paraview&from=7', { page: 'new-desktop', template: 'paraview', from: '7' }],
  ['#/nodes', { page: 'nodes' }],
  ['#/settings', { page: 'settings' }],
  ['#/sites', { page: 'sites' }],
  ['#/sites/add', { page: 'sites', add: true }],
  ['#/sites/local/edit', { page: 'sites', id: 'local', edit: true }],
  ['#/terminal', { page: 'terminal' }],
  ['#/terminal/new', { page: 'terminal', id: 'new' }],
  ['#/forwards', { page: 'forwards' }],
  ['#/sites/local', { page: 'sites', id: 'local' }],
]

describe('router', () => {
  it.each(places)('%s is a place and its address', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route)
    expect(hrefOf(route)).toBe(hash)
  })

  it('keeps ids with odd characters whole', () => {
    const route: Route = { page: 'jobs', id: 'a/b?c#d 1' }
    expect(parseRoute(hrefOf(route))).toEqual(route)
  })

  it.each(['', '#', '#/', '#/nowhere', '#/%E0%A4%A', '#token=abc'])('goes home from %j', (hash) => {
    expect(parseRoute(hash).page).toBe('jobs')
  })
})
