import { portFromMessagePort } from '../../rpc/message-port.ts'
import type { Host } from './host.ts'

/** What the preload gives to the page, and nothing else. */
export interface PreloadApi {
  pathOf(file: File): string
}

declare global {
  interface Window {
    headway?: PreloadApi
  }
}

/** Asks the preload for a port to the core; the answer is a window message that carries one MessagePort. */
function requestPort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent) => {
      const data: unknown = event.data
      const port = event.ports[0]
      if (event.source !== window || port === undefined) return
      if (typeof data !== 'object' || data === null || !('type' in data) || data.type !== 'headway:port') return
      window.removeEventListener('message', receive)
      resolve(port)
    }
    window.addEventListener('message', receive)
    window.postMessage('headway:ready', location.origin)
  })
}

/** The page inside the Electron window: files have paths, the core saves results itself. */
export function electronHost(api: PreloadApi): Host {
  return {
    connect: async () => portFromMessagePort(await requestPort()),
    sourceOf: (file) => ({ kind: 'path', path: api.pathOf(file) }),
    download: () => {
      throw new Error('this host saves results itself')
    },
  }
}
