import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { RpcClient } from '../../../rpc/types.ts'
import { exitCode } from '../../exit-codes.ts'
import { CommandFailure, describeFailure } from '../../failure.ts'
import { contentsOf, named, stateOfBatch, uploadsOf, type Batch } from '../../outbox/contents.ts'
import { dropUnbound } from '../../outbox/drop-files.ts'
import { withOutbox } from '../../outbox/session.ts'
import { stateText } from '../../outbox/words.ts'
import type { Output } from '../../output.ts'
import { dropUploads } from '../../uploads.ts'

export type OutboxChange = 'hold' | 'release' | 'remove' | 'retry' | 'accept'

/** `headway outbox hold|release|remove|retry|accept ID…`: each with its own line. */
export async function change(ids: readonly string[], wanted: OutboxChange, output: Output): Promise<void> {
  await withOutbox(async ({ rpc }) => {
    let refused = 0
    for (const id of ids) {
      try {
        output.result(...(await changeOne(rpc, id, wanted)))
      } catch (error) {
        refused += 1
        const { message, code } = describeFailure(error)
        output.result({ outbox_id: id, error: message, code }, `${id}: ${message}`)
      }
    }
    if (refused > 0) throw new CommandFailure(`${refused} of ${ids.length} were refused.`, exitCode.refused)
  })
}

async function changeOne(rpc: RpcClient, id: string, wanted: OutboxChange): Promise<[object, string]> {
  const { entries, batches } = await contentsOf(rpc)
  const found = named<OutboxEntry | Batch>([...entries, ...batches], id)
  const isEntry = 'action' in found
  await (isEntry ? changeEntry(rpc, found, wanted) : changeBatch(rpc, found, wanted))
  if (wanted === 'remove') return [{ outbox_id: found.id, removed: true }, `${id}: removed`]
  const now = await contentsOf(rpc)
  const state = isEntry ? named(now.entries, found.id).state : stateOfBatch(named(now.batches, found.id))
  return [{ outbox_id: found.id, state }, `${id}: ${stateText(state)}`]
}

async function changeEntry(rpc: RpcClient, entry: OutboxEntry, wanted: OutboxChange): Promise<void> {
  const { id, question } = entry
  if (wanted === 'accept') await rpc.call('outbox', 'accept', { id })
  // The entry goes on by itself once its files do.
  else if (wanted === 'retry' && question?.kind === 'files')
    await rpc.call('uploads', 'resume', { ids: question.files.map(({ upload }) => upload) })
  else await rpc.call('outbox', wanted, { ids: [id] })
  if (wanted === 'remove') await dropUnbound(rpc, uploadsOf(entry))
}

async function changeBatch(rpc: RpcClient, { uploads }: Batch, wanted: OutboxChange): Promise<void> {
  const ids = (...states: string[]): string[] =>
    uploads.filter(({ state }) => states.length === 0 || states.includes(state)).map(({ id }) => id)
  switch (wanted) {
    case 'hold':
      await rpc.call('uploads', 'pause', { ids: ids() })
      break
    case 'release':
      await rpc.call('uploads', 'resume', { ids: ids('paused') })
      break
    case 'retry':
      await rpc.call('uploads', 'resume', { ids: ids('failed') })
      break
    case 'remove':
      await dropUploads(rpc, uploads)
      break
    case 'accept':
      throw new CommandFailure('Nothing was asked.', exitCode.refused)
    default:
      wanted satisfies never
  }
}

/** `headway outbox move ID [--before ID]`: another place in the order of sending. */
export async function move(id: string, options: { before?: string }, output: Output): Promise<void> {
  await withOutbox(async ({ rpc }) => {
    const { entries } = await contentsOf(rpc)
    const entry = named(entries, id)
    const before = options.before === undefined ? {} : { before: named(entries, options.before).id }
    await rpc.call('outbox', 'move', { id: entry.id, ...before })
    const now = (await contentsOf(rpc)).entries.filter(({ state }) => state !== 'done')
    const place = now.findIndex((other) => other.id === entry.id) + 1
    output.result({ outbox_id: entry.id, place, of: now.length }, `${id}: place ${place} of ${now.length}`)
  })
}
