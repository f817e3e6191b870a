/** Why text does not pass by itself: the site forbids it, the server only shows, or the user has not said yes. */
export type ClipboardWay = 'forbidden' | 'view-only' | 'unasked' | 'off' | 'on'

export interface ClipboardState {
  way: ClipboardWay
  /** The browser does not let this window read, or write, the clipboard by itself. */
  readBlocked: boolean
  writeBlocked: boolean
  /** The last text that was copied on the other side. */
  received: string | undefined
}

export interface ClipboardLink {
  /** The other side has copied a text. */
  received(text: string): void
  /** The screen has come to the front: offers what this computer's clipboard holds. `asked`: by a click of the user's. */
  push(asked?: boolean): Promise<void>
  /** Offers a text by hand. */
  send(text: string): void
  setWay(way: ClipboardWay): void
  /** Another connection: what was offered before is not known there. */
  begin(): void
}

/** Characters that are passed at most: TigerVNC refuses more than 256 KiB by default. */
export const longestText = 200_000

/** Whether the browser lets this window read the clipboard without asking: some ask at every reading. */
async function mayRead(): Promise<PermissionState | 'unknown'> {
  try {
    return (await navigator.permissions.query({ name: 'clipboard-read' as PermissionName })).state
  } catch {
    return 'unknown'
  }
}

/** Passes text between this computer's clipboard and that of the other side, as far as it may. */
export function createClipboard(options: {
  offer: (text: string) => void
  onState: (state: ClipboardState) => void
}): ClipboardLink {
  const { offer, onState } = options
  let state: ClipboardState = { way: 'off', readBlocked: false, writeBlocked: false, received: undefined }
  /** What both sides hold: it is not sent back and forth. */
  let common: string | undefined
  const set = (change: Partial<ClipboardState>): void => {
    state = { ...state, ...change }
    onState(state)
  }
  const write = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      set({ writeBlocked: false })
    } catch {
      set({ writeBlocked: true })
    }
  }
  const give = (text: string): void => {
    if (text === '' || text === common || text.length > longestText) return
    common = text
    offer(text)
  }
  return {
    received(text) {
      if (state.way === 'forbidden') return
      set({ received: text })
      if (state.way !== 'on' || text === common || text === '') return
      common = text
      void write(text)
    },
    async push(asked = false) {
      if (state.way !== 'on') return
      const permission = await mayRead()
      if (permission === 'denied') return set({ readBlocked: true })
      if (permission !== 'granted' && !asked) return set({ readBlocked: permission === 'unknown' })
      try {
        const text = await navigator.clipboard.readText()
        set({ readBlocked: false })
        give(text)
      } catch {
        // Without the focus it is refused, too: the next time it has the focus will do.
        if (document.hasFocus()) set({ readBlocked: true })
      }
    },
    send(text) {
      common = text
      if (state.way !== 'forbidden' && state.way !== 'view-only') offer(text)
    },
    setWay(way) {
      if (way !== state.way) set({ way })
    },
    begin() {
      common = undefined
      set({ received: undefined })
    },
  }
}
