import { Type } from 'typebox'
import { change, collection, nothing, object, query, site, stream } from '../feature.ts'
import { ConfiguredHost, HttpsOptions, Site, SiteAnswer, SiteQuestion, SiteTestStep, SshOptions } from '../sites.ts'
import { Id } from '../text.ts'

const siteOptions = {
  name: Type.Optional(Type.String({ maxLength: 100 })),
  ssh: Type.Optional(SshOptions),
  https: Type.Optional(HttpsOptions),
}

/** Clusters, how they are reached, and who is signed in there. */
export const sites = {
  methods: {
    /**
     * Remembers a site: `https://…` after probing it (health, protocol version); `ssh://…` or `user@host`, which is then
     * connected to.
     */
    add: change(object({ url: Type.String({ minLength: 1, maxLength: 2000 }), ...siteOptions }), Site),
    /** Name, address and options, each where it is given. A changed address or option connects anew. */
    update: change(
      object({
        ...site,
        url: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
        ...siteOptions,
      }),
      Site,
    ),
    /** Forgets it with its secrets. */
    remove: change(object(site), nothing),
    /** Of `~/.ssh/config`, in its order. */
    configuredHosts: query(nothing, object({ hosts: Type.Array(ConfiguredHost) })),
    /** SSH: connects now and asks what must be asked; resolves once it is connected, or with why not. */
    connect: change(object(site), Site),
    /** SSH: ends the session and stays away until `connect`. */
    disconnect: change(object(site), nothing),
    answer: change(object({ question: Id, answer: SiteAnswer }), nothing),
    /** SSH: ends and removes the user's own agent and all that Headway put there; `data`: its jobs' history and uploads too. */
    uninstall: change(object({ ...site, data: Type.Boolean() }), nothing),
    signIn: change(
      object({
        ...site,
        username: Type.String({ minLength: 1, maxLength: 128 }),
        password: Type.String({ minLength: 1, maxLength: 1024 }),
      }),
      Site,
    ),
    signOut: change(object(site), nothing),
    /** Tries a lost connection at once instead of at the next attempt. */
    reconnect: change(object(site), nothing),
  },
  streams: {
    all: collection(Site, nothing),
    questions: collection(SiteQuestion, nothing),
    /** Tries the way to a site step by step, and tells each step as it goes; ends nothing that is connected. */
    test: stream(
      object({ url: Type.String({ minLength: 1, maxLength: 2000 }), ...siteOptions }),
      object({ steps: Type.Array(SiteTestStep) }),
      object({ steps: Type.Array(SiteTestStep) }),
    ),
  },
}
