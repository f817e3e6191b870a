import { Type, type Static } from 'typebox'

export const Settings = Type.Object(
  {
    language: Type.Union([Type.Literal('system'), Type.Literal('en'), Type.Literal('ko')], { default: 'system' }),
    theme: Type.Union([Type.Literal('system'), Type.Literal('light'), Type.Literal('dark')], { default: 'system' }),
    /** Bytes per second for all uploads together; 0: no limit. */
    uploadLimit: Type.Integer({ minimum: 0, maximum: 100_000_000_000, default: 0 }),
    railCollapsed: Type.Boolean({ default: false }),
    activeSite: Type.Union([Type.String(), Type.Null()], { default: null }),
    /** Notifications by the system while the window is out of sight; absent: as the host does by itself. */
    systemNotifications: Type.Optional(Type.Boolean()),
    /** Named views of the lists of jobs: `filter` as in the window's address. */
    jobViews: Type.Optional(
      Type.Array(
        Type.Object(
          {
            site: Type.String(),
            name: Type.String({ minLength: 1, maxLength: 60 }),
            filter: Type.String({ maxLength: 2000 }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 200 },
      ),
    ),
  },
  { additionalProperties: false },
)
export type Settings = Static<typeof Settings>
