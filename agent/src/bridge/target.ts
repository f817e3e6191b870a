import type { IncomingHttpHeaders } from 'node:http2'
import type { TcpNetConnectOpts, IpcNetConnectOpts } from 'node:net'
import { BRIDGE_SOCKET_HEADER } from '../../../contract/agent/start.ts'

/** `host:port` or `[address]:port` (RFC 3986, section 3.2, without user information). */
const AUTHORITY = /^(?:\[(?<address>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?<name>[^\s:[\]/@?#\\]+)):(?<port>\d{1,5})$/

/** What a CONNECT asks for; undefined where it is not understood. */
export function targetOf(headers: IncomingHttpHeaders): TcpNetConnectOpts | IpcNetConnectOpts | undefined {
  if (headers[':method'] !== 'CONNECT') return undefined
  const socket = headers[BRIDGE_SOCKET_HEADER]
  if (socket !== undefined) {
    // HTTP/2 carries header values as octets, which Node shows as Latin-1; a path is UTF-8.
    const path = typeof socket === 'string' ? Buffer.from(socket, 'latin1').toString('utf8') : ''
    return path.startsWith('/') && !path.includes('\0') ? { path } : undefined
  }
  const { address, name, port } = AUTHORITY.exec(headers[':authority'] ?? '')?.groups ?? {}
  const host = address ?? name
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined
  return { host, port: Number(port) }
}
