import { contextBridge, ipcRenderer, webUtils } from 'electron'

/** Hands the page a port to the core or to a viewer's bytes when it asks for one, and the path of a dropped file. */
contextBridge.exposeInMainWorld('headway', {
  pathOf: (file: File): string => webUtils.getPathForFile(file),
})

window.addEventListener('message', (event) => {
  if (event.source !== window) return
  const data: unknown = event.data
  if (data === 'headway:ready') ipcRenderer.send('headway:connect')
  else if (typeof data === 'object' && data !== null && 'type' in data && data.type === 'headway:viewer') {
    if ('ticket' in data && typeof data.ticket === 'string') ipcRenderer.send('headway:viewer', data.ticket)
  }
})

ipcRenderer.on('headway:port', (event) => {
  const [port] = event.ports
  if (port !== undefined) window.postMessage({ type: 'headway:port' }, location.origin, [port])
})

ipcRenderer.on('headway:viewer', (event, ticket: string) => {
  const [port] = event.ports
  if (port !== undefined) window.postMessage({ type: 'headway:viewer-port', ticket }, location.origin, [port])
})
