import { Type, type Static } from 'typebox'

/** A text shown to users, in the languages Headway speaks. Korean falls back to English where it is missing. */
export const Text = Type.Object(
  {
    en: Type.String({ minLength: 1, maxLength: 4000 }),
    ko: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
  },
  { additionalProperties: false },
)
export type Text = Static<typeof Text>

/** ISO 8601 in UTC, e.g. `2026-11-21T07:00:00.000Z`. */
export const Time = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$' })

/** An identifier made by us: letters, digits, `._-`, no path separators. */
export const Id = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' })
