/* A page with the viewer alone, for a browser: its way is a WebSocket of the test's own server (viewer-site.ts). */
import '@mantine/core/styles.css'
import '../../../src/renderer/app/tokens.css'
import { createElement, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { ThemeProvider } from '../../../src/renderer/app/theme.tsx'
import { i18n } from '../../../src/renderer/ui/text.ts'
import { RpcError } from '../../../src/rpc/types.ts'
import { DesktopViewer } from '../../../src/renderer/features/desktops/viewer/desktop-viewer.tsx'

const parameters = new URLSearchParams(location.search)
const language = parameters.get('language') ?? 'en'
void i18n.changeLanguage(language)
document.documentElement.lang = language

/** What the viewer has told, and what the test can do with it. */
const told = { states: [], inputs: 0, pictures: [], files: [], closed: 0, ready: new Set() }
globalThis.viewer = told

const source = {
  open: async (signal) => {
    const answer = await fetch('/open', { signal })
    const body = await answer.json()
    if (!answer.ok) throw new RpcError(body)
    return { ...body, channel: new WebSocket('/way') }
  },
  onReady: (listener) => {
    told.ready.add(listener)
    return () => told.ready.delete(listener)
  },
}
const events = {
  onState: (state) => told.states.push(state),
  onInput: () => (told.inputs += 1),
  onThumbnail: (address) => told.pictures.push(address),
  onFiles: (files) => told.files.push(...files.map(({ name }) => name)),
  onClose: () => (told.closed += 1),
}

function Page() {
  const [shown, setShown] = useState(true)
  const [active, setActive] = useState(true)
  Object.assign(told, { setShown, setActive })
  const props = { source, active, name: 'Wing', group: 'test', filesTo: '~/wing', ...events }
  return createElement(
    'main',
    { style: { display: active ? 'flex' : 'none', height: '100%' } },
    createElement('h1', { style: { display: 'none' } }, 'Viewer'),
    shown ? createElement(DesktopViewer, props) : null,
  )
}

const theme = parameters.get('theme') ?? 'light'
createRoot(document.getElementById('root')).render(createElement(ThemeProvider, { theme }, createElement(Page)))
