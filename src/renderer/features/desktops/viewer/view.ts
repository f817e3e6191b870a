import type { StoreApi } from 'zustand'
import type { ClipboardState } from './clipboard.ts'
import type { Modifier, SpecialKey } from './keysyms.ts'
import type { Size } from './layout.ts'
import type { Preferences } from './preferences.ts'
import type { Figures } from './stats.ts'
import type { QualityMode, ViewerState } from './types.ts'

/** The elements that a viewer draws in and listens to. */
export interface Stage {
  /** Holds all of the following, and takes the keys that leave the screen. */
  root: HTMLElement
  /** Scrolls where the picture is larger. */
  scroller: HTMLElement
  /** Has the size of the picture. */
  place: HTMLElement
  /** Inside `place`: noVNC's. */
  mount: HTMLElement
  /** Inside `place`: keeps the last picture while there is no connection. */
  last: HTMLElement
  /** Takes text from the local input method. */
  field: HTMLTextAreaElement
  /** Ids of the elements that name the screen, and say how the keyboard leaves it. */
  labelId: string
  hintId: string
}

/** What the toolbar and the notes show. */
export interface View {
  state: ViewerState
  /** Of the remote screen, in its pixels. */
  size: Size | undefined
  /** CSS pixels for one remote pixel. */
  scale: number
  /** A picture has been drawn since the connection was made. */
  drawn: boolean
  resizable: boolean
  step: Exclude<QualityMode, 'automatic'>
  figures: Figures | undefined
  /** Whether the round trip can be measured. */
  hasFence: boolean
  clipboard: ClipboardState
  /** Modifiers that are held down by the menu. */
  held: readonly Modifier[]
}

export interface ControlEvents {
  onState(state: ViewerState): void
  onInput(): void
  onThumbnail(address: string): void
  /** The keyboard's way out was pressed. */
  onLeave(): void
}

export interface Control {
  readonly view: StoreApi<View>
  apply(preferences: Preferences, viewOnly: boolean): void
  setActive(active: boolean): void
  retry(): void
  focus(): void
  press(key: SpecialKey): void
  toggle(modifier: Modifier): void
  type(text: string): void
  /** Offers a text by hand. */
  send(text: string): void
  /** Reads this computer's clipboard after a click of the user's. */
  push(): void
  /** The canvas that holds the present picture; undefined before the first. */
  picture(): HTMLCanvasElement | undefined
  close(): void
}
