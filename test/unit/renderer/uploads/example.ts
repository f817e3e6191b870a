import type { Upload } from '../../../../contract/uploads.ts'

let count = 0

/** An upload with what a test says of it. */
export const upload = (more: Partial<Upload> = {}): Upload => ({
  id: `u${(count += 1)}`,
  site: 's',
  label: 'form',
  name: 'a.msh',
  folder: '',
  size: 100,
  class: 'mesh',
  state: 'uploading',
  sent: 0,
  reused: 0,
  crossed: 0,
  bytesPerSecond: 0,
  createdAt: '2026-11-21T07:00:00Z',
  updatedAt: '2026-11-21T07:00:00Z',
  ...more,
})
