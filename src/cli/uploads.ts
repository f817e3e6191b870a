import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { PickedFile, Upload } from '../../contract/uploads.ts'
import { RpcError, type RpcClient } from '../rpc/types.ts'
import { CommandFailure } from './failure.ts'
import { exitCode } from './exit-codes.ts'
import { placeOf } from './outbox/words.ts'
import { bytes, type Output } from './output.ts'
import { until } from './streams.ts'

/** A path given on the command line, and the slot of a template it is meant for. */
export interface NamedPath {
  path: string
  slot?: string
}
/** A file below such a path. */
export type NamedFile = PickedFile & { slot?: string }

/** As many as one call takes. */
const most = 30_000

/** What belongs together on the cluster, where the user does not name it. */
export const newLabel = (): string => `cli-${randomUUID().slice(0, 8)}`

/** The files at these paths, folders walked; one without any is refused. */
export async function filesAt(rpc: RpcClient, paths: readonly NamedPath[], output: Output): Promise<NamedFile[]> {
  const all: NamedFile[] = []
  for (const { path, slot } of paths) {
    const { files, skipped } = await rpc.call('uploads', 'expand', { paths: [resolve(path)] })
    for (const entry of skipped) output.note(`Left out: ${entry.path} (${entry.reason})`)
    if (files.length === 0) throw new CommandFailure(`Nothing to upload at ${path}.`, exitCode.usage)
    all.push(...files.map((file) => (slot === undefined ? file : { ...file, slot })))
  }
  return all
}

/** Starts the uploads of files under one label; whatever is refused stops all before a byte is sent. */
export async function startUploads(
  rpc: RpcClient,
  site: string,
  label: string,
  files: readonly NamedFile[],
): Promise<Upload[]> {
  const started: Upload[] = []
  for (let from = 0; from < files.length; from += most) {
    const answer = await rpc.call('uploads', 'add', { site, label, files: files.slice(from, from + most) })
    started.push(...answer.added)
    const refused = answer.refused[0]
    if (refused !== undefined) {
      await dropUploads(rpc, started)
      throw new RpcError(refused.error)
    }
  }
  return started
}

/** As if they had never been asked for. */
export async function dropUploads(rpc: RpcClient, uploads: readonly Pick<Upload, 'id'>[]): Promise<void> {
  if (uploads.length === 0) return
  const ids = uploads.map(({ id }) => id)
  await rpc.call('uploads', 'cancel', { ids })
  await rpc.call('uploads', 'forget', { ids })
}

/** Waits until all are uploaded, with a progress line; the first that fails ends it. */
export async function followUploads(
  rpc: RpcClient,
  uploads: readonly Pick<Upload, 'id'>[],
  output: Output,
  signal: AbortSignal,
): Promise<Upload[]> {
  if (uploads.length === 0) return []
  const ids = new Set(uploads.map(({ id }) => id))
  const known = new Map<string, Upload>()
  const look = (items: Upload[]): Upload[] | undefined => {
    for (const item of items) if (ids.has(item.id)) known.set(item.id, item)
    const all = [...known.values()]
    const bad = all.find((item) => item.state === 'failed' || item.state === 'cancelled')
    if (bad?.error !== undefined) throw new RpcError(bad.error)
    if (bad !== undefined) throw new CommandFailure(`${bad.name} was ${bad.state}.`)
    output.progress(progressOf(all))
    return known.size === ids.size && all.every((item) => item.state === 'uploaded') ? all : undefined
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

/** How far uploads are, for a progress line. */
export function progressOf(all: readonly Upload[]): string {
  const sum = (value: (item: Upload) => number): number => all.reduce((total, item) => total + value(item), 0)
  const sent = sum((item) => item.sent)
  const size = sum((item) => item.size)
  const speed = sum((item) => item.bytesPerSecond)
  const left = speed > 0 ? `, ${Math.ceil((size - sent) / speed)} s left` : ''
  const waiting = all.find((item) => item.state === 'waiting')?.wait
  return `${bytes(sent)} of ${bytes(size)}  ${waiting === undefined ? `${bytes(speed)}/s${left}` : `waiting for ${waiting}`}`
}

/** A file that has arrived: for scripts and for people. */
export const uploadedLine = ({
  id,
  name,
  folder,
  size,
  digest,
  reused,
  crossed,
  warnings,
}: Upload): [object, string] => [
  { id, name, folder, size, digest, reused, crossed, ...(warnings === undefined ? {} : { warnings }) },
  [`${placeOf({ name, folder })}  ${bytes(size)}  verified`, ...(warnings ?? [])].join('  '),
]

/** What all of them come to, and what of it had to cross the network. */
export function sumLine(items: readonly Upload[]): string {
  const sum = (value: (item: Upload) => number): number => items.reduce((total, item) => total + value(item), 0)
  const reused = sum((item) => item.reused)
  return [
    `${items.length === 1 ? '1 file' : `${items.length} files`}, ${bytes(sum(({ size }) => size))}`,
    ...(reused > 0 ? [`${bytes(reused)} of it used from the cluster`] : []),
    `${bytes(sum((item) => item.crossed))} sent`,
  ].join('; ')
}

const factors: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }

/** Bytes per second, as `500k` or `1.5M` (decimal). Throws what ends a command. */
export function rateOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text) ?? []
  const rate = Math.round(Number(number) * (factors[unit.toLowerCase()] ?? 1))
  if (number !== '' && rate > 0 && rate <= 100e9) return rate
  throw new CommandFailure(`"${text}" is no rate. Bytes per second, for example 500k or 10M.`, exitCode.usage)
}
