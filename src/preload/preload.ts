import { contextBridge, ipcRenderer, webUtils } from 'electron'

/** Hands the page one port to the core when it asks for one, and the path of a file that was dropped on it. */
contextBridge.exposeInMainWorld('headway', {
  pathOf: (file: File): string => webUtils.getPathForFile(file),
})

window.addEventListener('message', (event) => {
  if (event.source === window && event.data === 'headway:ready') ipcRenderer.send('headway:connect')
})

ipcRenderer.on('headway:port', (event) => {
  const [port] = event.ports
  if (port !== undefined) window.postMessage({ type: 'headway:port' }, location.origin, [port])
})
