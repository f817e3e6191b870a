import type { FeatureHandlers } from '../../rpc/types.ts'
import { testDirect, type AgentTimes } from '../agent-client/index.ts'
import { AppError } from '../kit/app-error.ts'
import type { Logger, Platform } from '../platform.ts'
import type { Ssh } from '../ssh/index.ts'
import { errorValueOf } from '../kit/app-error.ts'
import { isSsh, siteUrl } from './address.ts'
import { testSsh } from './test-ssh.ts'

/** The stream that tries the way to a site, which need not be in the list; it ends with its reader. */
export function siteTests(parts: {
  ssh: Ssh
  platform: Pick<Platform, 'proxy'>
  times: AgentTimes
  log: Logger
}): FeatureHandlers<'sites'>['streams']['test'] {
  const { ssh, platform, log } = parts
  return ({ url, ssh: options, https }, sink) => {
    const abort = new AbortController()
    let begun = false
    const tell: Parameters<typeof testDirect>[3] = (steps) => {
      if (begun) sink.event({ steps })
      else sink.snapshot({ steps })
      begun = true
    }
    const run = async (): Promise<void> => {
      const address = siteUrl(url)
      const { signal } = abort
      if (isSsh(address)) await testSsh({ ssh, url: address, options: options ?? {}, signal, log, tell })
      else await testDirect(address, { ...https, hostProxy: platform.proxy }, signal, tell)
    }
    run().catch((error: unknown) => {
      if (abort.signal.aborted) return
      sink.fail(error instanceof AppError ? error.value : errorValueOf(error, log, 'testing a site'))
    })
    return () => abort.abort(new Error('nobody looks any more'))
  }
}
