import { useState, type ReactNode } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Collision, Selection } from '../../../../contract/results.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { CollisionDialog } from './collision-dialog.tsx'
import { nameOf } from './kinds.ts'

export interface Downloads {
  start: (path: string) => void
  /** Several files and folders: by the page as one zip, else saved in a folder called `name`. */
  startMany: (selection: Selection, name: string) => void
  /** What the core is saving as a task. */
  saving?: string
  error?: AppErrorValue
  /** Asks, where the name is taken on this machine; to be rendered. */
  question: ReactNode
}

interface Asked {
  name: string
  folder: boolean
  save: (collision: Collision) => void
}

/** Fetches result files: by the page where it can, else saved by the core as a task. */
export function useDownloads(site: string, id: string): Downloads {
  const { client, host, info } = useServices()
  const [state, setState] = useState<{ saving?: string; error?: AppErrorValue; asked?: Asked }>({})

  const attempt = async (work: () => Promise<unknown>, saving?: string) => {
    setState({})
    try {
      await work()
      if (saving !== undefined) setState({ saving })
    } catch (error) {
      setState({ error: errorValue(error) })
    }
  }
  const byPage = (ticket: () => Promise<{ ticket: string }>) =>
    attempt(async () => host.download((await ticket()).ticket))
  const byCore = async (name: string, folder: boolean, save: (collision: Collision) => Promise<unknown>) => {
    const saveNow = (collision: Collision) => void attempt(() => save(collision), name)
    try {
      const { taken } = await client.call('results', 'taken', { name })
      if (taken) setState({ asked: { name, folder, save: saveNow } })
      else saveNow('keep-both')
    } catch (error) {
      setState({ error: errorValue(error) })
    }
  }
  const { asked, ...shown } = state
  return {
    ...shown,
    start: (path) =>
      void (info.capabilities.browserDownloads
        ? byPage(() => client.call('results', 'downloadTicket', { site, id, path }))
        : byCore(nameOf(path), false, (collision) => client.call('results', 'save', { site, id, path, collision }))),
    startMany: (selection, name) =>
      void (info.capabilities.browserDownloads
        ? byPage(() => client.call('results', 'archiveTicket', { site, id, ...selection, name }))
        : byCore(name, true, (collision) =>
            client.call('results', 'saveMany', { site, id, ...selection, name, collision }),
          )),
    question:
      asked === undefined ? null : (
        <CollisionDialog name={asked.name} folder={asked.folder} onChoice={asked.save} onClose={() => setState({})} />
      ),
  }
}
