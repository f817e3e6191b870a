/** JSON has no NaN and no infinities, and logs have both. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'number' && !Number.isFinite(part) ? { number: String(part) } : part,
  )

export const fromJson = (text: string): unknown =>
  JSON.parse(text, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && 'number' in part && typeof part.number === 'string'
      ? Number(part.number)
      : part,
  )
