import { useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import type { Picked } from '../uploads/picked.ts'
import { joined } from '../results/kinds.ts'
import { tasksStore } from '../tasks/store.ts'
import { uploadsStore } from '../uploads/store.ts'
import { placedOf, type Batch, type Placed } from './placing.ts'

/** Files in one task; what is more goes in further ones. */
const perTask = 5000

/** Files that were dropped on a desktop, on their way into its folder. */
export interface Placing extends Placed {
  send: (picked: Picked) => void
  error?: AppErrorValue
  /** Files that were refused before anything was sent. */
  refused: readonly { name: string; error: AppErrorValue }[]
  /** Forgets what was said of them; what is under way goes on. */
  dismiss: () => void
}

interface Told {
  batches: readonly Batch[]
  /** Handed over, no task yet. */
  starting: number
  refused: Placing['refused']
  error?: AppErrorValue
}
const nothing: Told = { batches: [], starting: 0, refused: [] }

/** The folder of a desktop is its job's: what is dropped goes there, as it does on the job's page. */
export function usePlacing(site: string, id: string): Placing {
  const services = useServices()
  const tasks = tasksStore.use((state) => state.tasks)
  const [told, setTold] = useState<Told>(nothing)
  const { starting, refused, error } = told

  const send = async ({ files }: Picked): Promise<void> => {
    if (files.length === 0) return
    setTold({ ...nothing, starting: files.length })
    try {
      // A label of its own: what is dropped twice is sent twice, and never mixed with the files of a form.
      const label = `into-${id}-${crypto.randomUUID().slice(0, 8)}`
      const answer = await uploadsStore.of(services).getState().add(site, label, files)
      setTold({ ...nothing, starting: answer.added.length, refused: answer.refused })
      for (let from = 0; from < answer.added.length; from += perTask) {
        const uploads = answer.added
          .slice(from, from + perTask)
          .map((upload) => ({ id: upload.id, path: joined(upload.folder, upload.name) }))
        const { taskId } = await services.client.call('results', 'put', { site, id, folder: '', uploads })
        setTold((before) => ({
          ...before,
          starting: Math.max(0, before.starting - uploads.length),
          batches: [...before.batches, { task: taskId, count: uploads.length }],
        }))
      }
    } catch (failure) {
      setTold((before) => ({ ...before, starting: 0, error: errorValue(failure) }))
    }
  }
  const counted = placedOf(told.batches, tasks)
  return {
    ...counted,
    sending: counted.sending + starting,
    send: (picked) => void send(picked),
    ...(error === undefined ? {} : { error }),
    refused,
    dismiss: () => setTold(nothing),
  }
}
