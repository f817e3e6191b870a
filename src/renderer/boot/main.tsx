import '@mantine/core/styles.css'
import 'pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css'
import '../app/tokens.css'
import { createRoot } from 'react-dom/client'
import { App, showLanguage, systemLanguage } from '../app/app.tsx'
import { ThemeProvider } from '../app/theme.tsx'
import { createClient } from '../../rpc/client.ts'
import { electronHost } from './electron-host.ts'
import { NoSessionError, type Host } from './host.ts'
import { nodeHost } from './node-host.ts'
import { NoSession } from './no-session.tsx'

async function start(): Promise<void> {
  const element = document.getElementById('root')
  if (element === null) throw new Error('index.html has no #root')
  const root = createRoot(element)
  showLanguage(systemLanguage(navigator.language))
  const showNotice = (reason: 'noSession' | 'noAnswer') =>
    root.render(
      <ThemeProvider theme="system">
        <NoSession reason={reason} />
      </ThemeProvider>,
    )
  let host: Host
  try {
    host = window.headway === undefined ? await nodeHost() : electronHost(window.headway)
  } catch (error) {
    return showNotice(error instanceof NoSessionError ? 'noSession' : 'noAnswer')
  }
  const client = createClient(() => host.connect())
  // A page that outlived its host would else stay blank: its bearer is refused and the client tries on.
  const late = setTimeout(() => showNotice('noAnswer'), 2000)
  const info = await client.call('host', 'info', {})
  clearTimeout(late)
  root.render(<App services={{ client, host, info }} />)
}

void start()
