import { useMemo } from 'react'
import type { JobOptions, Resources } from '../../../../contract/resources.ts'
import { formatLimit, useFormat } from '../../ui/format.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { jobsMessages } from './messages.ts'

/** What a job asked for, in words; what it did not ask for is left out. */
export function useResourceWords(): (resources: Resources) => string[] {
  const say = useMessages(jobsMessages)
  const language = useLanguage()
  const format = useFormat()
  return useMemo(
    () => (resources) => {
      const { nodes, tasks, cpusPerTask, timeMinutes, memoryMb, gpus, gres, partition } = resources
      const words = [
        partition === undefined ? undefined : say('details.partition', { name: partition }),
        say('details.nodes', { count: nodes }),
        say('details.tasks', { count: tasks }),
        cpusPerTask === undefined ? undefined : say('details.cpus', { count: cpusPerTask }),
        memoryMb === undefined ? undefined : formatLimit(memoryMb * 1024 * 1024, language),
        gpus === undefined ? undefined : say('details.gpus', { count: gpus }),
        gres,
        resources.licenses,
        resources.constraint,
        resources.exclusive === true ? say('details.exclusive') : undefined,
        format.duration(timeMinutes * 60),
      ]
      return words.filter((word) => word !== undefined)
    },
    [say, language, format],
  )
}

/** How a job was queued, in Slurm's own words (`--account`, `--qos` …). */
export function useOptionWords(): (options: JobOptions | undefined) => string[] {
  const say = useMessages(jobsMessages)
  return useMemo(
    () =>
      ({ account, qos, reservation, array } = {}) => {
        const named = { account, qos, reservation, array }
        return Object.entries(named).flatMap(([name, value]) =>
          value === undefined ? [] : [say('details.option', { name, value })],
        )
      },
    [say],
  )
}
