/** Where a reader wants to go: a byte of the file, or a line by its number. */
export type Place = { byte: number } | { line: number }

const powers: Readonly<Record<string, number>> = { b: 0, kb: 1, mb: 2, gb: 3, tb: 4, k: 1, m: 2, g: 3, t: 4 }

/** Reads `50 %`, `3.1 GB` (decimal units, as sizes are shown) or a line's number; undefined where it is none of them. */
export function readPlace(text: string, size: number): Place | undefined {
  const match = /^([\d.,]+)\s*([%a-z]*)$/i.exec(text.trim())
  if (match === null) return undefined
  const [, digits = '', unit = ''] = match
  if (unit === '') {
    const line = Number(digits.replaceAll(/[.,]/g, ''))
    return line >= 1 ? { line } : undefined
  }
  const value = Number(digits.replace(',', '.'))
  if (!Number.isFinite(value)) return undefined
  const power = powers[unit.toLowerCase()]
  const byte = unit === '%' ? (value / 100) * size : power === undefined ? undefined : value * 1000 ** power
  return byte === undefined ? undefined : { byte: Math.round(Math.min(size, byte)) }
}
