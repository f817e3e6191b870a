import type { RpcClient } from '../../rpc/types.ts'
import { dropUploads } from '../uploads.ts'
import { contentsOf } from './contents.ts'

/** Of these uploads, those that no entry waits for any more are not uploaded, and are off the list. */
export async function dropUnbound(rpc: RpcClient, ids: readonly string[]): Promise<void> {
  const { batches } = await contentsOf(rpc)
  const unbound = batches.flatMap(({ uploads }) => uploads)
  await dropUploads(
    rpc,
    unbound.filter(({ id }) => ids.includes(id)),
  )
}
