/** Keysyms of keys that stand for no character (X11/keysymdef.h). */
export const keysym = {
  backspace: 0xff08,
  tab: 0xff09,
  enter: 0xff0d,
  escape: 0xff1b,
  insert: 0xff63,
  print: 0xff61,
  delete: 0xffff,
  shift: 0xffe1,
  control: 0xffe3,
  alt: 0xffe9,
  super: 0xffeb,
  f1: 0xffbe,
  hangul: 0xff31,
  hanja: 0xff34,
} as const

/** The keysym of a character: Latin-1 is itself, all else is Unicode's number above 0x01000000. */
export function keysymOf(character: string): number {
  const point = character.codePointAt(0) ?? 0
  if (point === 0x0a || point === 0x0d) return keysym.enter
  if (point === 0x09) return keysym.tab
  if (point === 0x08) return keysym.backspace
  if ((point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff)) return point
  return 0x01000000 + point
}

/**
 * Whether every X server has a key for it. Xvnc gives any other character a key that is free, of which there are about 20 in
 * all, and never takes one back: after 20 different syllables no further one could be typed.
 */
export const hasKey = (character: string): boolean => /^[\t\n\r\u0020-\u007e]$/.test(character)

/** A run of a text: by keys, or in one piece. */
export interface Run {
  keys: boolean
  text: string
}

/** Cuts a text (composed anew: NFC) into what goes by keys and what does not. */
export function runsOf(text: string): Run[] {
  const runs: Run[] = []
  for (const character of text.normalize('NFC').replaceAll(/\r\n?/g, '\n')) {
    const keys = hasKey(character)
    const last = runs.at(-1)
    if (last?.keys === keys) last.text += character
    else runs.push({ keys, text: character })
  }
  return runs
}

/** One key of the menu: what it is called on keycaps, and what it sends, in the order of pressing. */
export interface SpecialKey {
  id: string
  label: string
  keys: readonly { keysym: number; code: string }[]
}

export const modifiers = {
  control: { keysym: keysym.control, code: 'ControlLeft' },
  alt: { keysym: keysym.alt, code: 'AltLeft' },
  shift: { keysym: keysym.shift, code: 'ShiftLeft' },
  super: { keysym: keysym.super, code: 'MetaLeft' },
} as const
export type Modifier = keyof typeof modifiers

const { control, alt } = modifiers
const one = (label: string, symbol: number, code: string): SpecialKey => ({
  id: code,
  label,
  keys: [{ keysym: symbol, code }],
})

/** Combinations and keys that the system or the browser keeps for itself. */
export const specialKeys: readonly SpecialKey[] = [
  { id: 'ctrl-alt-del', label: 'Ctrl+Alt+Del', keys: [control, alt, { keysym: keysym.delete, code: 'Delete' }] },
  { id: 'alt-tab', label: 'Alt+Tab', keys: [alt, { keysym: keysym.tab, code: 'Tab' }] },
  { id: 'alt-f4', label: 'Alt+F4', keys: [alt, { keysym: keysym.f1 + 3, code: 'F4' }] },
  one('Esc', keysym.escape, 'Escape'),
  one('Print', keysym.print, 'PrintScreen'),
  one('Super', keysym.super, 'MetaLeft'),
]

/** What a Korean keyboard has beside. */
export const koreanKeys: readonly SpecialKey[] = [
  one('한/영', keysym.hangul, 'Lang1'),
  one('한자', keysym.hanja, 'Lang2'),
]

export const functionKeys: readonly SpecialKey[] = Array.from({ length: 12 }, (_, index) =>
  one(`F${index + 1}`, keysym.f1 + index, `F${index + 1}`),
)
