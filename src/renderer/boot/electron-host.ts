import { portFromMessagePort } from '../../rpc/message-port.ts'
import type { Port } from '../../rpc/port.ts'
import type { Host } from './host.ts'
import { channelOverPort } from './port-channel.ts'

/** What the preload gives to the page, and nothing else. */
export interface PreloadApi {
  pathOf(file: File): string
}

declare global {
  interface Window {
    headway?: PreloadApi
  }
}

/** Asks the preload for a port; the answer is a window message of that type (and ticket) that carries one MessagePort. */
function requestPort(question: unknown, answer: { type: string; ticket?: string }): Promise<Port> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent) => {
      const data: unknown = event.data
      const port = event.ports[0]
      if (event.source !== window || port === undefined) return
      if (typeof data !== 'object' || data === null || !('type' in data) || data.type !== answer.type) return
      if (answer.ticket !== undefined && !('ticket' in data && data.ticket === answer.ticket)) return
      window.removeEventListener('message', receive)
      resolve(portFromMessagePort(port))
    }
    window.addEventListener('message', receive)
    window.postMessage(question, location.origin)
  })
}

/** The page inside the Electron window: files have paths, the core saves results itself. */
export function electronHost(api: PreloadApi): Host {
  return {
    connect: () => requestPort('headway:ready', { type: 'headway:port' }),
    // Folders are walked by the core here, so that a page has nothing but files.
    sourceOf: (file) => ({ kind: 'path', path: file instanceof File ? api.pathOf(file) : '' }),
    download: () => {
      throw new Error('this host saves results itself')
    },
    openViewer: (ticket) =>
      channelOverPort(requestPort({ type: 'headway:viewer', ticket }, { type: 'headway:viewer-port', ticket })),
  }
}
