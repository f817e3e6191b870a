import type { OutboxAction, OutboxEntry } from '../../../../contract/outbox.ts'

export const submit = (more: Partial<Extract<OutboxAction, { kind: 'submit' }>['submission']> = {}): OutboxAction => ({
  kind: 'submit',
  submission: { name: 'Wire', resources: { nodes: 1, tasks: 2, timeMinutes: 30 }, command: 'true', ...more },
  uploads: [],
})

export const entryWith = (more: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id: 'e1',
  site: 's',
  siteName: 'Site',
  action: submit(),
  title: 'Wire',
  state: 'waiting',
  when: {},
  story: [{ at: '2026-11-29T09:12:00Z', what: 'queued' }],
  rank: 1,
  createdAt: '2026-11-29T09:12:00Z',
  updatedAt: '2026-11-29T09:12:00Z',
  can: { edit: true, hold: true, release: false, remove: true, retry: false, accept: false, move: true },
  ...more,
})
