import { userInfo } from 'node:os'
import type { NodeStatus } from '../../../../contract/nodes.ts'
import type { License, Partition, UserLimit } from '../scheduler.ts'
import { Cached } from './cached.ts'
import type { Commands } from './commands.ts'
import { type NodeLine, nodeArguments, nodesOf, parseLicense, parseNodeLine, parsePartition } from './inventory.ts'
import { associationArguments, limitsOf, qosArguments, userArguments } from './limits.ts'

const NODES_MS = 10_000
const PARTITIONS_MS = 60_000
const LIMITS_MS = 60_000
const LICENSES_MS = 10_000
/** Users whose limits are remembered. */
const USERS = 1000

/** Partitions, nodes, limits and licences, each asked for once for however many look; the last answer stays while there is none. */
export interface ClusterView {
  /** Asks for what the first visitors will want, so that there is a last answer from the beginning. */
  warm(): Promise<void>
  partitions(): Promise<Partition[]>
  nodes(): Promise<Record<string, NodeStatus>>
  limits(user: string): Promise<UserLimit[]>
  licenses(): Promise<License[]>
}

export function createClusterView(commands: Commands): ClusterView {
  // sacctmgr knows people by their names, not by their ids.
  const own = userInfo().username
  const text = async (...question: Parameters<Commands['ask']>): Promise<string | undefined> => {
    const { finished } = await commands.ask(...question)
    return finished?.code === 0 ? finished.stdout : undefined
  }

  const lines = new Cached<NodeLine[]>(NODES_MS, async () =>
    (await text('sinfo', nodeArguments))?.split('\n').flatMap((line) => parseNodeLine(line) ?? []),
  )
  const partitions = new Cached<string[]>(PARTITIONS_MS, async () =>
    (await text('scontrol', ['show', 'partition', '--oneliner']))?.split('\n'),
  )
  const licenses = new Cached<License[]>(LICENSES_MS, async () =>
    (await text('scontrol', ['show', 'licenses', '--oneliner']))
      ?.split('\n')
      .flatMap((line) => parseLicense(line) ?? []),
  )
  const qos = new Cached<string>(LIMITS_MS, () => text('sacctmgr', qosArguments))
  const limits = new Map<string, Cached<UserLimit[]>>()

  async function askLimits(user: string): Promise<UserLimit[] | undefined> {
    const as = { as: user }
    const name = commands.runner.mode === 'self' ? own : user
    const [associations, defaultAccount, all] = await Promise.all([
      text('sacctmgr', associationArguments(name), as),
      text('sacctmgr', userArguments(name), as),
      qos.get(),
    ])
    if (associations === undefined || all === undefined) return undefined
    return limitsOf({ associations, defaultAccount: defaultAccount ?? '', qos: all })
  }

  return {
    async warm() {
      await Promise.all([lines.get(), partitions.get()])
    },
    async partitions() {
      const known = (await lines.get()) ?? []
      return ((await partitions.get()) ?? []).flatMap((line) => parsePartition(line, known) ?? [])
    },
    nodes: async () => nodesOf((await lines.get()) ?? []),
    async limits(user) {
      if (limits.size > USERS) limits.clear()
      const known = limits.get(user) ?? new Cached(LIMITS_MS, () => askLimits(user))
      limits.set(user, known)
      return (await known.get()) ?? []
    },
    licenses: async () => (await licenses.get()) ?? [],
  }
}
