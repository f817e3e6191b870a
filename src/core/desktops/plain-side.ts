import { duplexPair, type Duplex } from 'node:stream'
import { join, readBytes } from './bytes.ts'
import { isVersion38, NotRfb, readVersion, VERSION_3_8 } from './rfb.ts'

/** RFC 6143, section 7.2.2. */
const VNC_AUTH = 2
/** Milliseconds from the first byte on: a viewer says these things without being asked twice. */
const viewerMs = 15_000

/**
 * The viewer's side of a server that is secured already: a stream that begins RFB 3.8 anew and offers VncAuth alone, and from then on
 * is the server's own, challenge first. Either one's end ends both. The viewer may come late, as its ticket does.
 */
export function plainSide(server: Duplex): Duplex {
  const [viewer, here] = duplexPair()
  viewer.on('error', () => undefined)
  here.on('error', () => undefined)
  viewer.once('close', () => {
    here.destroy()
    // It did not end in good order: there are no last words to wait for.
    if (!viewer.writableFinished) server.destroy()
  })
  here.once('close', () => {
    if (!here.writableFinished) viewer.destroy()
  })
  // RFB has no half that stays open.
  viewer.once('end', () => viewer.destroy())
  server.once('close', () => {
    if (!server.readableEnded) here.destroy()
  })
  void begin(here, server)
  return viewer
}

async function begin(viewer: Duplex, server: Duplex): Promise<void> {
  const over = new AbortController()
  let late: NodeJS.Timeout | undefined
  try {
    viewer.write(VERSION_3_8)
    const version = await readVersion(viewer, over.signal)
    late = setTimeout(() => over.abort(new Error('the viewer does not go on')), viewerMs)
    if (!isVersion38(version)) throw new NotRfb('the viewer speaks another RFB')
    viewer.write(Buffer.from([1, VNC_AUTH]))
    const [choice] = await readBytes(viewer, 1, over.signal)
    if (choice !== VNC_AUTH) throw new NotRfb('the viewer wants another security type')
  } catch {
    server.destroy()
    return void viewer.destroy()
  } finally {
    clearTimeout(late)
  }
  join(viewer, server)
}
