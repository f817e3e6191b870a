import { Type } from 'typebox'
import { Desktop, DesktopViewing, NewDesktop, ShareCode, Thumbnail } from '../desktops.ts'
import { change, datedCollection, nothing, object, query, site } from '../feature.ts'
import { Id } from '../text.ts'

const one = object({ ...site, id: Id })

/** VNC sessions that run as jobs. Their bytes travel beside: a ticket of `open` is redeemed by the host. */
export const desktops = {
  methods: {
    create: change(object({ ...site, desktop: NewDesktop }), Desktop),
    stop: change(one, Desktop),
    /** The new time limit of the whole, in minutes. */
    extend: change(object({ ...site, id: Id, minutes: Type.Integer({ minimum: 1, maximum: 525_600 }) }), Desktop),
    /** Lets a colleague watch; a code given before ends. */
    share: change(one, object({ desktop: Desktop, code: ShareCode })),
    unshare: change(one, Desktop),
    /** Opens the way to its X server. Waits while the site comes back. DESKTOP_UNREACHABLE. */
    open: query(one, DesktopViewing),
    /** The same for a colleague's, to watch. */
    openShared: query(object({ ...site, code: ShareCode }), DesktopViewing),
    /** Seconds since the last key or pointer event in a viewer that shows it; told every 30 s or so. */
    seen: query(object({ ...site, id: Id, idleSeconds: Type.Integer({ minimum: 0 }) }), nothing),
    keepThumbnail: change(object({ ...site, id: Id, picture: Thumbnail }), nothing),
    /** By desktop, as they were last seen on this machine. */
    thumbnails: query(object(site), Type.Record(Id, Thumbnail)),
  },
  streams: { all: datedCollection(Desktop, object(site)) },
}
