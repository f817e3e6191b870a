import type { CreateDesktop } from '../../../contract/agent/desktops.ts'
import type { NewDesktop } from '../../../contract/desktops.ts'

/** A wish in the agent's words. `key`: the same again is the same desktop. */
export function createRequest({ templateId, ...wish }: NewDesktop, key: string): CreateDesktop {
  return { template_id: templateId, ...wish, idempotency_key: key }
}
