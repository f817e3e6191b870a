import { useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Selection } from '../../../../contract/results.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { nameOf } from './kinds.ts'

export interface Downloads {
  start: (path: string) => void
  /** Several files and folders: by the page as one zip, else saved in a folder called `name`. */
  startMany: (selection: Selection, name: string) => void
  /** What the core is saving as a task. */
  saving?: string
  error?: AppErrorValue
}

/** Fetches result files: by the page where it can, else saved by the core as a task. */
export function useDownloads(site: string, id: string): Downloads {
  const { client, host, info } = useServices()
  const [state, setState] = useState<Omit<Downloads, 'start' | 'startMany'>>({})
  const run = async (name: string, byPage: () => Promise<{ ticket: string }>, byCore: () => Promise<unknown>) => {
    setState({})
    try {
      if (info.capabilities.browserDownloads) {
        const { ticket } = await byPage()
        host.download(ticket)
      } else {
        await byCore()
        setState({ saving: name })
      }
    } catch (error) {
      setState({ error: errorValue(error) })
    }
  }
  return {
    ...state,
    start: (path) =>
      void run(
        nameOf(path),
        () => client.call('results', 'downloadTicket', { site, id, path }),
        () => client.call('results', 'save', { site, id, path }),
      ),
    startMany: (selection, name) =>
      void run(
        name,
        () => client.call('results', 'archiveTicket', { site, id, ...selection, name }),
        () => client.call('results', 'saveMany', { site, id, ...selection, name }),
      ),
  }
}
