import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** What every host serves the window's files with: same policy, same headers, whatever the scheme. */
export interface RendererFiles {
  /** The answer to a request for `path` (of an address: starts with `/`, percent-encoded). */
  respond(path: string): Promise<FileResponse>
}
export interface FileResponse {
  status: 200 | 400 | 404
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer>
}

/**
 * The page's content security policy. Everything is its own origin's; `<style>` that libraries insert carries the nonce
 * (scripts never do: `script-src 'self'` alone). Pictures may be made by the page (`data:`, `blob:`).
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/** Sent with every answer of a host, files and refusals alike. */
export function securityHeaders(nonce: string): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(nonce),
    'x-content-type-options': 'nosniff',
    // Not `no-referrer`: with that a form POST of our own page says `Origin: null`, and a download could not be told from a
    // stranger's request. What is sent to ourselves holds no secret: the token is in the fragment.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
  }
}

/** A value nobody can guess, for one answer's `<style>` elements. */
export const newNonce = (): string => randomBytes(16).toString('base64')

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

const plain = (status: 400 | 404, text: string): FileResponse => ({
  status,
  headers: {
    ...securityHeaders(newNonce()),
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  },
  body: new TextEncoder().encode(text),
})

/** Serves the built window from `folder`; nothing outside it can be named. */
export function createRendererFiles(folder: string): RendererFiles {
  return {
    async respond(path) {
      const relative = relativePath(path)
      if (relative === undefined) return plain(400, 'Bad path.')
      const file = await readFile(join(folder, relative)).catch(missing)
      if (file === undefined) return plain(404, 'Not found.')
      const nonce = newNonce()
      const page = relative === 'index.html'
      return {
        status: 200,
        headers: {
          ...securityHeaders(nonce),
          'content-type': types[extname(relative)] ?? 'application/octet-stream',
          // Vite puts a hash of their content into the names under assets/; the page itself carries a fresh nonce.
          'cache-control': relative.startsWith(`assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-store',
        },
        body: page
          ? new TextEncoder().encode(file.toString('utf8').replaceAll('__CSP_NONCE__', nonce))
          : new Uint8Array(file),
      }
    },
  }
}

/** `/` is the page; undefined for anything that is no plain path below the folder. */
function relativePath(path: string): string | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(path.split(/[?#]/, 1)[0] ?? '')
  } catch {
    return undefined
  }
  if (!decoded.startsWith('/')) return undefined
  const parts = decoded.slice(1).split('/')
  if (parts.length === 1 && parts[0] === '') return 'index.html'
  const plain = parts.every((part) => /^[\w@.+-]+$/.test(part) && !part.startsWith('.'))
  return plain ? parts.join(sep) : undefined
}

/** No such file, or a folder where a file was asked for; anything else is a fault and told. */
function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'ENOTDIR') return undefined
  throw error
}
