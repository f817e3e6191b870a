import { useEffect, useRef, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import type { Picked } from '../uploads/picked.ts'
import { tasksStore } from '../tasks/store.ts'
import { uploadsStore } from '../uploads/store.ts'
import { joined } from './kinds.ts'

/** Files in one task; what is more goes in further ones. */
const perTask = 5000

export interface Put {
  /** Sends files into a folder of the job; resolves when that has begun. */
  send: (picked: Picked, folder: string) => Promise<void>
  /** Files under way. */
  sending: number
  error?: AppErrorValue
  /** Files that were refused before anything was sent. */
  refused: readonly { name: string; error: AppErrorValue }[]
}

/** Uploads into a job's folder; `onPlaced` is told when a batch lies there. */
export function usePut(site: string, id: string, onPlaced: () => void): Put {
  const services = useServices()
  const [tasks, setTasks] = useState<ReadonlyMap<string, number>>(new Map())
  const [state, setState] = useState<Pick<Put, 'error' | 'refused'>>({ refused: [] })
  const all = tasksStore.use((store) => store.tasks)
  const placed = useRef(onPlaced)
  useEffect(() => {
    placed.current = onPlaced
  })
  const ended = [...tasks.keys()].filter((task) => {
    const now = all.get(task)?.state
    return now === 'done' || now === 'failed' || now === 'cancelled'
  })
  const endedKey = ended.join(' ')
  useEffect(() => {
    if (endedKey !== '') placed.current()
  }, [endedKey])

  async function send(picked: Picked, folder: string): Promise<void> {
    setState({ refused: [] })
    try {
      // A label of its own: what is dropped twice is sent twice, and never mixed with the files of a form.
      const label = `into-${id}-${crypto.randomUUID().slice(0, 8)}`
      const { added, refused } = await uploadsStore.of(services).getState().add(site, label, picked.files)
      setState({ refused })
      for (let from = 0; from < added.length; from += perTask) {
        const uploads = added
          .slice(from, from + perTask)
          .map((upload) => ({ id: upload.id, path: joined(upload.folder, upload.name) }))
        const { taskId } = await services.client.call('results', 'put', { site, id, folder, uploads })
        setTasks((before) => new Map([...before, [taskId, uploads.length]]))
      }
    } catch (error) {
      setState({ refused: [], error: errorValue(error) })
    }
  }
  const sending = [...tasks].reduce((sum, [task, count]) => (ended.includes(task) ? sum : sum + count), 0)
  return { ...state, send, sending }
}
