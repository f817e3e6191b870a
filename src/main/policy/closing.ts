/** What matters when Headway is about to end. */
export interface Ending {
  /** Entries of the outbox that are not sent yet. */
  unsent: number
  /** There is an icon by which a window comes back. */
  tray: boolean
}

/**
 * What follows when the last window is closed. `stay`: apps do on macOS. `send`: nothing but the icon stays, until what
 * waits is sent or the user quits.
 */
export function afterLastWindow({ unsent, tray }: Ending, system: NodeJS.Platform): 'stay' | 'send' | 'quit' {
  if (system === 'darwin') return 'stay'
  return tray && unsent > 0 ? 'send' : 'quit'
}

/** Whether the user is asked before Headway ends. `settled`: somebody has decided already, or the system goes down. */
export const mustAsk = ({ unsent, settled }: { unsent: number; settled: boolean }): boolean => unsent > 0 && !settled

/** Whether the last entry has gone while no window was there to show it. */
export const isDrained = (before: number, now: number, hasWindow: boolean): boolean =>
  before > 0 && now === 0 && !hasWindow
