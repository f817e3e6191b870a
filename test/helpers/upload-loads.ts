import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SentLedger } from './sent-ledger.ts'
import { numbered } from './upload-set.ts'

const MIB = 2 ** 20

/** What kinds of files go up: each travels in another form. */
export const kinds = ['raw', 'text', 'delta', 'small', 'mixed'] as const
type Kind = (typeof kinds)[number]

/** Files to be uploaded that take a few seconds at their limit. */
export interface Load {
  kind: Kind
  label: string
  folder: string
  paths: string[]
  /** A former version, to be uploaded first. */
  before?: string
  /** Of all files together, also of those before. */
  bytes: number
  /** Bytes per second. */
  limit: number
  /** SHA-256 of all of them, in order. */
  digests: string[]
  /** How many are too large for a set, without those before. */
  large: number
  /** In which they are expected to travel, among others. */
  forms: readonly (keyof SentLedger['forms'])[]
}

interface Planned {
  path: string
  bytes: Uint8Array
}

const sizes = { raw: 24 * MIB, text: 24 * MIB, delta: 24 * MIB, small: 500 } as const

/** Lines like those of a mesh. */
function meshText(size: number): Buffer {
  const shift = Math.random()
  const lines: string[] = ['*NODE']
  for (let id = 1, length = 0; length < size; id += 1) {
    const line = `${id}, ${Math.cos(id / 90 + shift) * 50}, ${(id * 0.013).toFixed(6)}, ${(id % 97) / 8}`
    lines.push(line)
    length += line.length + 1
  }
  return Buffer.from(lines.join('\n')).subarray(0, size)
}

/** Some bytes put in at every MiB. */
function edited(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += MIB) parts.push(randomBytes(100), bytes.subarray(at, at + MIB))
  return Buffer.concat(parts)
}

function plan(kind: Exclude<Kind, 'mixed' | 'delta'>, folder: string, scale = 1): Planned[] {
  if (kind === 'raw') return [{ path: join(folder, 'field.dat'), bytes: randomBytes(sizes.raw * scale) }]
  if (kind === 'text') return [{ path: join(folder, 'plate.inp'), bytes: meshText(sizes.text * scale) }]
  return Array.from({ length: sizes.small * scale }, (_, at) => ({
    path: join(folder, 'case', `part-${at % 7}`, `f${at}.csv`),
    bytes: at % 2 === 0 ? randomBytes(1 + ((at * 37) % 8_000)) : numbered(at, (at * 91) % 8_000),
  }))
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Writes files of a kind into a folder of their own. */
export async function prepare(kind: Kind, folder: string, label: string): Promise<Load> {
  const { before = [], files, limit, forms } = planned(kind, folder)
  for (const { path, bytes } of [...before, ...files]) {
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, bytes)
  }
  const all = [...before, ...files]
  const [first] = before
  return {
    kind,
    label,
    folder,
    paths: [...new Set(files.map(({ path }) => (path.startsWith(join(folder, 'case')) ? join(folder, 'case') : path)))],
    ...(first === undefined ? {} : { before: first.path }),
    bytes: all.reduce((sum, { bytes }) => sum + bytes.length, 0),
    limit,
    digests: all.map(({ bytes }) => digestOf(bytes)).sort(),
    large: files.filter(({ bytes }) => bytes.length > MIB).length,
    forms,
  }
}

function planned(
  kind: Kind,
  folder: string,
): { before?: Planned[]; files: Planned[]; limit: number; forms: Load['forms'] } {
  switch (kind) {
    case 'raw':
      return { files: plan('raw', folder), limit: 6 * MIB, forms: ['plain'] }
    case 'text':
      return { files: plan('text', folder), limit: 2 * MIB, forms: ['zstd'] }
    case 'delta': {
      const bytes = randomBytes(sizes.delta)
      const before = [{ path: join(folder, 'before', 'mesh.msh'), bytes }]
      return {
        before,
        files: [{ path: join(folder, 'mesh.msh'), bytes: edited(bytes) }],
        limit: MIB,
        forms: ['recipe'],
      }
    }
    case 'small':
      return { files: plan('small', folder), limit: MIB / 3, forms: ['set'] }
    default: {
      const files = (['raw', 'text', 'small'] as const).flatMap((one) => plan(one, folder, 0.5))
      return { files, limit: 6 * MIB, forms: ['plain', 'set'] }
    }
  }
}
