import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { app } from '../../../contract/app.ts'
import type { Site } from '../../../contract/sites.ts'
import { Time } from '../../../contract/text.ts'
import type { RpcClient } from '../../rpc/types.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { terminalFolder, whileReachable } from '../session.ts'
import { first } from '../streams.ts'

/** The templates of a site as the terminal last listed them for a user. */
export const RememberedCatalogue = Type.Object({
  site: Type.String(),
  user: Type.String(),
  at: Time,
  catalogue: app.templates.streams.all.snapshot,
})
export type RememberedCatalogue = Static<typeof RememberedCatalogue>

/** Whose list it is: of whoever is signed in, or was last. */
const userOf = ({ user, lastUsername }: Pick<Site, 'user' | 'lastUsername'>): string =>
  user?.username ?? lastUsername ?? ''

function fileOf(site: string, user: string): string {
  const name = createHash('sha256')
    .update(JSON.stringify([site, user]))
    .digest('hex')
  return join(terminalFolder(), 'templates', `${name.slice(0, 32)}.json`)
}

/** The catalogue as it is now, remembered for work without a network. */
export async function listTemplates(rpc: RpcClient, site: Site): Promise<RememberedCatalogue> {
  const catalogue = await whileReachable(rpc, site, first(rpc, 'templates', 'all', { site: site.id }))
  return remember(site, catalogue)
}

/** The catalogue as it was listed last. */
export async function lastTemplates(site: Site): Promise<RememberedCatalogue> {
  const last = await recall(site)
  if (last !== undefined) return last
  const sentence = `The templates of ${site.name} were never listed here. Run \`headway templates\` once while it can be reached.`
  throw new CommandFailure(sentence, exitCode.offline)
}

/** Keeps what was listed just now, for work without a network. It can be listed again: that it fails is no failure. */
async function remember(site: Site, catalogue: RememberedCatalogue['catalogue']): Promise<RememberedCatalogue> {
  const remembered = { site: site.id, user: userOf(site), at: new Date().toISOString(), catalogue }
  const path = fileOf(remembered.site, remembered.user)
  // Several commands may list at once: each writes a file of its own, and the last one stays.
  const next = `${path}.${randomUUID()}`
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    await writeFile(next, JSON.stringify(remembered), { mode: 0o600 })
    await rename(next, path)
  } catch {
    await rm(next, { force: true }).catch(() => undefined)
  }
  return remembered
}

async function recall(site: Site): Promise<RememberedCatalogue | undefined> {
  const user = userOf(site)
  try {
    const value: unknown = JSON.parse(await readFile(fileOf(site.id, user), 'utf8'))
    return Value.Check(RememberedCatalogue, value) ? value : undefined
  } catch {
    return undefined
  }
}
