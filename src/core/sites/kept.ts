import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { HttpsOptions, SignedInUser, SshOptions } from '../../../contract/sites.ts'
import { Id } from '../../../contract/text.ts'

/** A site as it is stored. */
export const KeptSite = Type.Object({
  id: Id,
  name: Type.String(),
  url: Type.String(),
  ssh: Type.Optional(SshOptions),
  https: Type.Optional(HttpsOptions),
  user: Type.Optional(SignedInUser),
  lastUsername: Type.Optional(Type.String()),
  /** The agent that the host starts itself: the same site whatever port it got this time. */
  local: Type.Optional(Type.Boolean()),
  /** An SSH site that the user disconnected stays so over a restart. */
  away: Type.Optional(Type.Boolean()),
})
export type KeptSite = Static<typeof KeptSite>

const KeptSites = Type.Array(KeptSite)
export const readKeptSites = (value: unknown): KeptSite[] | undefined =>
  Value.Check(KeptSites, value) ? value : undefined
