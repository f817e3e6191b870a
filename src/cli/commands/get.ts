import { dirname, join, resolve } from 'node:path'
import type { Collision, ResultEntry } from '../../../contract/results.ts'
import type { Task } from '../../../contract/task.ts'
import { localTree, newestOf } from '../../core/results/index.ts'
import { RpcError, type RpcClient } from '../../rpc/types.ts'
import { CommandFailure } from '../failure.ts'
import { exitCode } from '../exit-codes.ts'
import { bytes, printable, type Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'
import { until } from '../streams.ts'

const pageSize = 5000

export interface GetOptions {
  site?: string
  to: string
  filter?: string
  newest?: number
  onConflict: Collision
}

/** The files below a folder of the job that fit a pattern, however many. */
async function filesOf(
  rpc: RpcClient,
  job: { site: string; id: string },
  { folder, filter }: { folder: string; filter: string | undefined },
): Promise<ResultEntry[]> {
  const files: ResultEntry[] = []
  for (;;) {
    const page = await rpc.call('results', 'folder', {
      ...job,
      path: folder,
      deep: true,
      sort: 'name',
      descending: false,
      offset: files.length,
      limit: pageSize,
      ...(filter === undefined ? {} : { filter }),
    })
    files.push(...page.entries)
    if (page.entries.length === 0 || files.length >= page.total) return files
  }
}

/**
 * `headway get JOB [FILTER] [--filter PATTERN]`: saves a job's files into `--to`, those in folders in folders of the same
 * names. FILTER: a part of the path, or with a `/` at its end a folder. PATTERN: `*` and `?` for the name, or the whole path.
 * `newest`: only so many of them, those changed last.
 */
export async function get(
  id: string,
  what: string | undefined,
  options: GetOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    const isFolder = what?.endsWith('/') === true
    const folder = isFolder ? what.replace(/\/+$/, '') : ''
    const part = isFolder ? undefined : what
    const all = await filesOf(rpc, { site: site.id, id }, { folder, filter: options.filter ?? part })
    const fitting = all.filter(({ path }) => options.filter === undefined || part === undefined || path.includes(part))
    const wanted = newestOf(fitting, options.newest)
    if (wanted.length === 0) {
      const asked = [what, options.filter].filter((text) => text !== undefined).join(' ')
      throw new CommandFailure(
        `Job ${id} has no file${asked === '' ? 's' : ` matching "${printable(asked)}"`}.`,
        exitCode.refused,
      )
    }
    // Names come from the cluster: what they are called here never leads out of the folder.
    const places = localTree(wanted.map(({ path }) => path))
    for (const file of wanted) {
      const to = join(resolve(options.to), dirname(places.get(file.path) ?? ''))
      const { taskId } = await rpc.call('results', 'save', {
        site: site.id,
        id,
        path: file.path,
        to,
        collision: options.onConflict,
      })
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
