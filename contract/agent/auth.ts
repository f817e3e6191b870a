import { Type, type Static } from 'typebox'

export const Credentials = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 128 }),
  password: Type.String({ minLength: 1, maxLength: 1024 }),
})
export type Credentials = Static<typeof Credentials>

export const UserInfo = Type.Object({
  id: Type.String(),
  username: Type.String(),
  email: Type.String(),
  groups: Type.Array(Type.String()),
  permissions: Type.Array(Type.String()),
})
export type UserInfo = Static<typeof UserInfo>

/** Seconds in `expires_in`. `token` repeats `access_token` for older portals. */
export const LoginAnswer = Type.Object({
  access_token: Type.String(),
  token: Type.String(),
  refresh_token: Type.String(),
  expires_in: Type.Integer(),
  user: UserInfo,
})
export type LoginAnswer = Static<typeof LoginAnswer>

/** The same token with the same `request_id` within 60 s gets the same pair again: the answer was lost on the way. */
export const RefreshRequest = Type.Object({
  refresh_token: Type.String({ minLength: 1, maxLength: 4096 }),
  request_id: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
})
export type RefreshRequest = Static<typeof RefreshRequest>

export const RefreshAnswer = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String(),
  expires_in: Type.Integer(),
})
export type RefreshAnswer = Static<typeof RefreshAnswer>

/** `POST /api/auth/register`. */
export const Registration = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64 }),
  password: Type.String({ minLength: 8, maxLength: 1024 }),
})
export type Registration = Static<typeof Registration>

/** `POST /api/auth/logout`; without a token all of the user's are revoked. */
export const LogoutRequest = Type.Object({
  refresh_token: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
})
export type LogoutRequest = Static<typeof LogoutRequest>

/** `GET /api/v2/users`, an admin's. */
export const UserList = Type.Object({ users: Type.Array(UserInfo) })
export type UserList = Static<typeof UserList>

const Names = Type.Array(Type.String({ pattern: '^[A-Za-z0-9._:-]{1,64}$' }), { maxItems: 100 })
/** `PUT /api/v2/users/:username`, an admin's; both lists are replaced. */
export const RightsChange = Type.Object({ groups: Names, permissions: Names }, { additionalProperties: false })
export type RightsChange = Static<typeof RightsChange>
