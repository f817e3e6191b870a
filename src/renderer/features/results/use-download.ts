import { useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'

export interface Downloads {
  start: (path: string) => void
  /** The file that the core is saving as a task. */
  saving?: string
  error?: AppErrorValue
}

/** Fetches result files: by the page where it can, else saved by the core as a task. */
export function useDownloads(site: string, id: string): Downloads {
  const { client, host, info } = useServices()
  const [state, setState] = useState<Omit<Downloads, 'start'>>({})
  const fetch = async (path: string) => {
    setState({})
    try {
      if (info.capabilities.browserDownloads) {
        const { ticket } = await client.call('results', 'downloadTicket', { site, id, path })
        host.download(ticket)
      } else {
        await client.call('results', 'save', { site, id, path })
        setState({ saving: path })
      }
    } catch (error) {
      setState({ error: errorValue(error) })
    }
  }
  return { ...state, start: (path) => void fetch(path) }
}
