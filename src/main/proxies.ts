import { session, type Session } from 'electron'

/**
 * What the system says, or the PAC file at an address, for a URL: `PROXY host:port; DIRECT`. Chromium reads the system's own
 * settings, and runs PAC files in a process of their own.
 */
export function createProxies(): (url: string, pac?: string) => Promise<string> {
  /** One session in memory for each PAC file, so that the window's own is left as it is. */
  const sessions = new Map<string, Promise<Session>>()

  async function sessionFor(pac: string): Promise<Session> {
    if (!/^https?:\/\//.test(pac)) throw new Error('A PAC file must have a web address.')
    const own = session.fromPartition(`headway-pac-${sessions.size}`, { cache: false })
    await own.setProxy({ mode: 'pac_script', pacScript: pac })
    return own
  }
  return async (url, pac) => {
    if (pac === undefined) return session.defaultSession.resolveProxy(url)
    let own = sessions.get(pac)
    if (own === undefined) {
      own = sessionFor(pac)
      sessions.set(pac, own)
      own.catch(() => sessions.delete(pac))
    }
    return (await own).resolveProxy(url)
  }
}
