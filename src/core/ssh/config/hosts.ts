import type { ConfiguredHost } from '../../../../contract/sites.ts'
import { destinationText } from './destination.ts'
import { evaluate } from './evaluate.ts'
import type { ConfigNode } from './read.ts'
import { resolveHost, type ResolveContext } from './resolve.ts'

/** The hosts of the user's files that name one machine: no patterns, each once, in the order of the files. */
export function configuredHosts(files: readonly ConfigNode[][], context: ResolveContext): ConfiguredHost[] {
  const found = new Map<string, ConfiguredHost>()
  const visit = (nodes: readonly ConfigNode[]): void => {
    for (const node of nodes) {
      if (!node.user) continue
      for (const file of node.included ?? []) visit(file)
      if (node.keyword !== 'host') continue
      for (const alias of node.args) {
        if (/[*?!]/.test(alias) || found.has(alias)) continue
        const host = configuredHost(files, context, alias, node)
        if (host !== undefined) found.set(alias, host)
      }
    }
  }
  for (const nodes of files) visit(nodes)
  return [...found.values()]
}

/** Undefined where the line stands in a file included for other hosts, or what is said of the host cannot be used. */
function configuredHost(
  files: readonly ConfigNode[][],
  context: ResolveContext,
  alias: string,
  node: ConfigNode,
): ConfiguredHost | undefined {
  try {
    if (!evaluate(files, { alias, localUser: context.user }).matched.has(node)) return undefined
    const { host, user, userConfigured, port, proxyJump } = resolveHost(files, alias, {}, context)
    return {
      alias,
      hostname: host,
      port,
      ...(userConfigured ? { user } : {}),
      ...(proxyJump.length > 0 ? { proxyJump: proxyJump.map(destinationText).join(',') } : {}),
    }
  } catch {
    return undefined
  }
}
