/** An ordinary number as programs print it. */
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** Fortran: `1.0D-05`, and `1.0-105`, whose exponent had no room for its letter. */
const FORTRAN = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[dDqQ]([+-]?\d+)|([+-]\d{2,4}))$/
/** C, Fortran and Microsoft's C (`-1.#IND`, `1.#QNAN`, `nan(ind)`); a column of stars is a number that did not fit. */
const NOT_A_NUMBER = /^(?:[+-]?nan(?:\([a-z0-9]*\))?|[+-]?1\.#(?:q?nan|snan|ind)\d*|\*{2,})$/i
const INFINITE = /^([+-]?)(?:inf(?:inity)?|1\.#inf\d*)$/i
/** No number is longer. */
const LONGEST = 64

/** A number as a solver writes it, NaN and the infinities included; undefined where the text is none. */
export function solverNumber(text: string): number | undefined {
  if (text.length === 0 || text.length > LONGEST) return undefined
  if (PLAIN.test(text)) return Number(text)
  const fortran = FORTRAN.exec(text)
  if (fortran !== null) return Number(`${fortran[1]}e${fortran[2] ?? fortran[3]}`)
  if (NOT_A_NUMBER.test(text)) return NaN
  const infinite = INFINITE.exec(text)
  if (infinite === null) return undefined
  return infinite[1] === '-' ? -Infinity : Infinity
}
