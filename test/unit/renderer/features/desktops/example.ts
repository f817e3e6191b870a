import type { Desktop } from '../../../../../contract/desktops.ts'
import type { Partition } from '../../../../../contract/scheduler.ts'
import type { DesktopTemplate } from '../../../../../src/renderer/features/desktops/choices.ts'

/** 2026-11-29, 12:00 UTC, in milliseconds. */
export const noon = Date.parse('2026-11-29T12:00:00.000Z')
/** So many minutes from noon, as the contract writes times. */
export const at = (minutes: number): string => new Date(noon + minutes * 60_000).toISOString()

/** A desktop that was submitted an hour before noon and has run since. */
export const desktopWith = (change: Partial<Desktop> = {}): Desktop => ({
  id: '1832',
  name: 'ParaView',
  user: 'kim',
  templateId: 'paraview',
  templateName: { en: 'ParaView' },
  state: 'connected',
  geometry: { width: 1600, height: 1000 },
  resources: { nodes: 1, tasks: 1, timeMinutes: 120 },
  timeMinutes: 120,
  submittedAt: at(-60),
  startedAt: at(-60),
  viewers: 1,
  clipboard: true,
  ...change,
})

export const queuedWith = (change: Partial<Desktop> = {}): Desktop => {
  const { startedAt: _started, ...waits } = desktopWith({ state: 'queued', viewers: 0, reason: 'Resources' })
  return { ...waits, ...change }
}

export const partitionWith = (name: string, change: Partial<Partition> = {}): Partition => ({
  name,
  isDefault: false,
  nodes: 2,
  cores: 64,
  up: true,
  ...change,
})

export const template: DesktopTemplate = {
  id: 'paraview',
  version: 3,
  name: { en: 'ParaView' },
  category: 'desktop',
  files: [],
  parameters: [],
  resources: { partition: 'viz', nodes: 1, tasks: 4, timeMinutes: 480, memoryMb: 16_384, gpus: 1 },
  script: 'paraview\n',
  desktop: { geometry: { width: 1920, height: 1200 } },
  visibility: 'shared',
  editable: false,
  updatedAt: at(-600),
  missingCommands: [],
}
