import { resolve } from 'node:path'
import type { Task } from '../../../contract/task.ts'
import { RpcError } from '../../rpc/types.ts'
import { CommandFailure } from '../failure.ts'
import { exitCode } from '../exit-codes.ts'
import { bytes, printable, type Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'
import { until } from '../streams.ts'

/** `headway get JOB [FILTER]`: saves the result files whose path contains FILTER (all without one) into `--to`. */
export async function get(
  id: string,
  filter: string | undefined,
  options: { site?: string; to: string },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    const { files } = await rpc.call('results', 'files', { site: site.id, id })
    const wanted = filter === undefined ? files : files.filter((file) => file.path.includes(filter))
    if (wanted.length === 0)
      throw new CommandFailure(
        `Job ${id} has no file${filter === undefined ? 's' : ` matching "${filter}"`}.`,
        exitCode.refused,
      )
    for (const file of wanted) {
      const { taskId } = await rpc.call('results', 'save', { site: site.id, id, path: file.path, to: resolve(options.to) })
      const look = (items: Task[]): Task | undefined => {
        const task = items.find((item) => item.id === taskId)
        if (task?.progress !== undefined)
          output.progress(`${printable(file.path)}  ${bytes(task.progress.done)} of ${bytes(task.progress.total)}`)
        return task !== undefined && ['done', 'failed', 'cancelled'].includes(task.state) ? task : undefined
      }
      const task = await until(
        rpc,
        'tasks',
        'all',
        {},
        { snapshot: ({ items }) => look(items), event: ({ put }) => look(put) },
        signal,
      )
      if (task.error !== undefined) throw new RpcError(task.error)
      if (task.state !== 'done') throw new CommandFailure(`${printable(file.path)} was ${task.state}.`)
      output.result(
        { path: file.path, size: file.size, saved: task.result?.path },
        `${printable(file.path)}  ${bytes(file.size)}  → ${task.result?.path ?? options.to}`,
      )
    }
  })
}
