import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { Upload } from '../../../contract/uploads.ts'
import { RpcError, type RpcClient } from '../../rpc/types.ts'
import { CommandFailure } from '../failure.ts'
import { exitCode } from '../exit-codes.ts'
import { bytes, type Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'
import { until } from '../streams.ts'

/** A path given on the command line, and the slot of a template it is meant for. */
export interface NamedPath {
  path: string
  slot?: string
}

/** Starts the uploads of files and folders under one label; whatever is refused stops all before a byte is sent. */
export async function startUploads(
  rpc: RpcClient,
  site: string,
  label: string,
  paths: NamedPath[],
  output: Output,
): Promise<Upload[]> {
  const started: Upload[] = []
  for (const { path, slot } of paths) {
    const { files, skipped } = await rpc.call('uploads', 'expand', { paths: [resolve(path)] })
    for (const entry of skipped) output.note(`Left out: ${entry.path} (${entry.reason})`)
    if (files.length === 0) throw new CommandFailure(`Nothing to upload at ${path}.`, exitCode.usage)
    const answer = await rpc.call('uploads', 'add', {
      site,
      label,
      files: files.map((file) => (slot === undefined ? file : { ...file, slot })),
    })
    started.push(...answer.added)
    const refused = answer.refused[0]
    if (refused !== undefined) {
      if (started.length > 0) await rpc.call('uploads', 'cancel', { ids: started.map((upload) => upload.id) })
      throw new RpcError(refused.error)
    }
  }
  return started
}

/** Waits until all are uploaded, with a progress line; the first that fails ends it. */
export async function followUploads(
  rpc: RpcClient,
  ids: string[],
  output: Output,
  signal: AbortSignal,
): Promise<Upload[]> {
  const known = new Map<string, Upload>()
  const look = (items: Upload[]): Upload[] | undefined => {
    for (const item of items) if (ids.includes(item.id)) known.set(item.id, item)
    const all = [...known.values()]
    const bad = all.find((item) => item.state === 'failed' || item.state === 'cancelled')
    if (bad?.error !== undefined) throw new RpcError(bad.error)
    if (bad !== undefined) throw new CommandFailure(`${bad.name} was ${bad.state}.`)
    const sent = all.reduce((sum, item) => sum + item.sent, 0)
    const size = all.reduce((sum, item) => sum + item.size, 0)
    const speed = all.reduce((sum, item) => sum + item.bytesPerSecond, 0)
    const left = speed > 0 ? `, ${Math.ceil((size - sent) / speed)} s left` : ''
    const waiting = all.find((item) => item.state === 'waiting')?.wait
    output.progress(
      `${bytes(sent)} of ${bytes(size)}  ${waiting === undefined ? `${bytes(speed)}/s${left}` : `waiting for ${waiting}`}`,
    )
    return known.size === ids.length && all.every((item) => item.state === 'uploaded') ? all : undefined
  }
  const done = await until(
    rpc,
    'uploads',
    'all',
    {},
    { snapshot: ({ items }) => look(items), event: ({ put }) => look(put) },
    signal,
  )
  output.endProgress()
  return done
}

/** `headway upload PATH…` */
export async function upload(
  paths: string[],
  options: { site?: string; label?: string },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    const label = options.label ?? `cli-${randomUUID().slice(0, 8)}`
    const started = await startUploads(
      rpc,
      site.id,
      label,
      paths.map((path) => ({ path })),
      output,
    )
    const done = await followUploads(
      rpc,
      started.map((item) => item.id),
      output,
      signal,
    )
    for (const item of done) {
      output.result(
        { id: item.id, name: item.name, folder: item.folder, size: item.size, digest: item.digest },
        `${item.folder === '' ? '' : `${item.folder}/`}${item.name}  ${bytes(item.size)}  verified`,
      )
    }
  })
}
