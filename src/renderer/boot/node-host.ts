import { portFromWebSocket } from '../../rpc/web-socket-port.ts'
import { NoSessionError, type Host } from './host.ts'
import { Intake } from './intake.ts'
import { openSocket, webSocketUrl } from './socket.ts'

const bearerKey = 'headway.bearer'

/** The one-time token of the address, taken out of it so that neither history nor a copied address keeps it. */
function takeToken(): string | undefined {
  const match = /^#token=([A-Za-z0-9_-]+)$/.exec(location.hash)
  if (match?.[1] === undefined) return undefined
  history.replaceState(null, '', location.pathname)
  return match[1]
}

/** A new address pasted over the old one changes the fragment alone: the page has to begin anew to take its token. */
function beginAnewOnToken(): void {
  window.addEventListener('hashchange', () => {
    if (location.hash.startsWith('#token=')) location.reload()
  })
}

async function exchange(token: string): Promise<string> {
  const answer = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  if (!answer.ok) throw new NoSessionError()
  const body = (await answer.json()) as { bearer?: unknown }
  if (typeof body.bearer !== 'string') throw new NoSessionError()
  return body.bearer
}

/** Posts a hidden form, so that the answer is a download of the browser and the ticket is in no address. */
function postTicket(ticket: string): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = '/download'
  form.hidden = true
  const field = document.createElement('input')
  field.name = 'ticket'
  field.value = ticket
  form.append(field)
  document.body.append(form)
  form.submit()
  form.remove()
}

/** The page in a browser, served by the Node host. Rejects with `NoSessionError` where there is neither token nor bearer. */
export async function nodeHost(): Promise<Host> {
  beginAnewOnToken()
  const token = takeToken()
  // A token in the address wins: the page may hold the bearer of a host that was restarted on the same port.
  if (token !== undefined) {
    const bearer = await exchange(token).catch((error: unknown) => {
      if (sessionStorage.getItem(bearerKey) === null) throw error
      return undefined
    })
    if (bearer !== undefined) sessionStorage.setItem(bearerKey, bearer)
  }
  const bearer = sessionStorage.getItem(bearerKey)
  if (bearer === null) throw new NoSessionError()
  const protocols = () => ['headway.v1', `bearer.${bearer}`]
  const intake = new Intake(protocols)
  return {
    connect: async () => portFromWebSocket(await openSocket('/rpc', protocols())),
    sourceOf: (file) => ({ kind: 'browser', token: intake.hold(file) }),
    download: postTicket,
    // The ticket travels as the bearer does: an address would stay in histories and logs.
    openViewer(ticket) {
      const socket = new WebSocket(webSocketUrl('/viewer'), [...protocols(), `ticket.${ticket}`])
      socket.binaryType = 'arraybuffer'
      return socket
    },
  }
}
