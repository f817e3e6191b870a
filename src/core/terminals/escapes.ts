/** Whether a place in what a terminal gets lies between two sequences, told unit by unit (UTF-16). */
export interface EscapeScanner {
  /** Takes the next unit; true where what follows it begins neither within an escape sequence nor within a character. */
  feed(unit: number): boolean
}

type State = 'ground' | 'escape' | 'intermediate' | 'control' | 'string' | 'string-escape'

const ESC = 0x1b
const CAN = 0x18
const SUB = 0x1a
const BEL = 0x07
const within = (unit: number, from: number, to: number): boolean => unit >= from && unit <= to

/** Follows ECMA-48 (sections 5.3 to 5.6) as far as to know where a sequence ends, as xterm does, BEL as an end of OSC included. */
export function createEscapeScanner(): EscapeScanner {
  let state: State = 'ground'
  return {
    feed(unit) {
      state = unit === CAN || unit === SUB ? 'ground' : next(state, unit)
      return state === 'ground' && !within(unit, 0xd800, 0xdbff)
    },
  }
}

function next(state: State, unit: number): State {
  switch (state) {
    case 'ground':
      if (unit === ESC) return 'escape'
      if (unit === 0x9b) return 'control'
      return isStringStart(unit) ? 'string' : 'ground'
    case 'escape':
      if (unit === 0x5b) return 'control'
      // The 7-bit form of a C1 character is ESC and the character less 0x40.
      if (within(unit, 0x40, 0x5f) && isStringStart(unit + 0x40)) return 'string'
      if (within(unit, 0x20, 0x2f)) return 'intermediate'
      return unit < 0x20 ? 'escape' : 'ground'
    case 'intermediate':
      if (unit === ESC) return 'escape'
      return unit < 0x30 ? 'intermediate' : 'ground'
    case 'control':
      if (unit === ESC) return 'escape'
      return unit < 0x40 ? 'control' : 'ground'
    case 'string':
      if (unit === ESC) return 'string-escape'
      return unit === BEL || unit === 0x9c ? 'ground' : 'string'
    default:
      return unit === 0x5c ? 'ground' : next('escape', unit)
  }
}

/** DCS, SOS, OSC, PM, APC. */
const isStringStart = (unit: number): boolean => unit === 0x90 || unit === 0x98 || within(unit, 0x9d, 0x9f)
