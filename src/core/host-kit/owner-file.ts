import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

/** Who uses a folder, as a file in it says. */
export const Owner = Type.Object({
  host: Type.String({ minLength: 1, maxLength: 255 }),
  pid: Type.Integer(),
  /** Of one process, chosen by chance. */
  token: Type.String({ minLength: 1, maxLength: 100 }),
  /** Goes up for as long as the owner lives. */
  beat: Type.Integer(),
  /** When it last did, by the owner's own clock, in milliseconds since 1970. */
  at: Type.Number(),
})
export type Owner = Static<typeof Owner>

/** Undefined where there is none, or a file that says nothing. */
export async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return Value.Check(Owner, value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return undefined
    throw error
  }
}

/** In one step, so that nobody reads half of it; by a name of its own, as another machine may write at the same moment. */
export async function writeOwner(path: string, owner: Owner): Promise<void> {
  const next = `${path}.${owner.token}`
  try {
    await writeFile(next, JSON.stringify(owner), { mode: 0o600 })
    await rename(next, path)
  } catch (error) {
    await rm(next, { force: true }).catch(() => undefined)
    throw error
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
