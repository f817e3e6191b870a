import type { QualityMode, ScaleMode } from './types.ts'

/** How a person likes to see and use a desktop; kept in this window's browser. */
export interface Preferences {
  scale: ScaleMode
  /** A remote pixel is a pixel of the screen, not of CSS. */
  everyPixel: boolean
  quality: QualityMode
  /** Text is composed by this computer's input method. */
  localInput: boolean
  /** Whether text passes between the clipboards; undefined: not asked yet. */
  clipboard: boolean | undefined
  figures: boolean
}

const prefix = 'headway.viewer'
const scales: readonly unknown[] = ['fit', 'actual', 'resize'] satisfies ScaleMode[]
const qualities: readonly unknown[] = ['automatic', 'sharp', 'balanced', 'fast', 'sparing'] satisfies QualityMode[]

/** Languages whose text is composed of several keys. */
const composed = /^(ko|ja|zh)\b/

/**
 * The local input method is on where this computer's user writes Korean, Japanese or Chinese: the nodes of a cluster seldom
 * have an input method, and with one's own the 한/영 key, Hanja and the corrections are those one knows. Latin letters and
 * shortcuts are sent as keys all the same. Elsewhere it is off: keys then are the very ones of the keyboard.
 */
export function defaultPreferences(languages: readonly string[], dpi: number | undefined): Preferences {
  return {
    scale: 'resize',
    // A desktop that was made for a dense screen is drawn large enough for its pixels.
    everyPixel: dpi !== undefined && dpi >= 120,
    quality: 'automatic',
    localInput: languages.some((language) => composed.test(language)),
    clipboard: undefined,
    figures: false,
  }
}

/** What is kept, over `preferences`; anything that is not as it should be is left out. */
export function withKept(preferences: Preferences, kept: string | null): Preferences {
  let value: unknown
  try {
    value = JSON.parse(kept ?? 'null')
  } catch {
    return preferences
  }
  if (typeof value !== 'object' || value === null) return preferences
  const entries = Object.entries(value).filter(([key, entry]) => {
    if (key === 'scale') return scales.includes(entry)
    if (key === 'quality') return qualities.includes(entry)
    return ['everyPixel', 'localInput', 'clipboard', 'figures'].includes(key) && typeof entry === 'boolean'
  })
  return { ...preferences, ...Object.fromEntries(entries) }
}

/** `group`: desktops that are alike, such as those of one template. A new one begins as the last one was left. */
export function loadPreferences(group: string, dpi: number | undefined): Preferences {
  const start = defaultPreferences(navigator.languages, dpi)
  const last = withKept(start, localStorage.getItem(prefix))
  return withKept(
    { ...last, everyPixel: start.everyPixel, clipboard: undefined },
    localStorage.getItem(`${prefix}.${group}`),
  )
}

/** Keeps them for the group, and as the start of others: all but what is answered for each. */
export function keepPreferences(group: string, preferences: Preferences): void {
  localStorage.setItem(`${prefix}.${group}`, JSON.stringify(preferences))
  localStorage.setItem(prefix, JSON.stringify({ ...preferences, clipboard: undefined }))
}
