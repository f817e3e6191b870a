import { Type, type Static } from 'typebox'

/** A time of day on this machine, `HH:MM`. */
const Clock = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' })

/** Bytes per second. */
const Rate = Type.Integer({ minimum: 0, maximum: 100_000_000_000, default: 0 })

/** Another limit in certain hours of each day; `to` before `from`: over midnight. */
export const LimitHours = Type.Object({ from: Clock, to: Clock, limit: Rate }, { additionalProperties: false })
export type LimitHours = Static<typeof LimitHours>

/** Which file's bytes go first: as added, the smallest, or all open ones evenly. */
export const UploadOrder = Type.Union([Type.Literal('added'), Type.Literal('smallest'), Type.Literal('even')])
export type UploadOrder = Static<typeof UploadOrder>

export const Settings = Type.Object(
  {
    language: Type.Union([Type.Literal('system'), Type.Literal('en'), Type.Literal('ko')], { default: 'system' }),
    theme: Type.Union([Type.Literal('system'), Type.Literal('light'), Type.Literal('dark')], { default: 'system' }),
    /** Bytes per second for all uploads together; 0: no limit. */
    uploadLimit: Rate,
    /** In force instead of `uploadLimit` in its hours. */
    uploadHours: Type.Optional(Type.Union([LimitHours, Type.Null()])),
    uploadOrder: Type.Union([Type.Literal('added'), Type.Literal('smallest'), Type.Literal('even')], {
      default: 'added',
    }),
    /** The cluster reads every uploaded file back from its disk before it is called uploaded. */
    uploadReadBack: Type.Boolean({ default: false }),
    /** Bytes per second for all downloads together; 0: no limit. */
    downloadLimit: Rate,
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
