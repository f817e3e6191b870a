import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Input, Output } from '../../../contract/app.ts'
import { appError } from '../kit/app-error.ts'
import type { Engine } from './engine.ts'
import type { UploadList } from './list.ts'
import { nameRefusal } from './names.ts'
import { newRecord, type UploadRecord } from './record.ts'

type AddInput = Input<'uploads', 'add'>
type Added = Output<'uploads', 'add'>

/** Starts what is good of the dropped files; what is not is said beside each, before anything is sent. */
export async function addFiles(
  { list, engine, user }: { list: UploadList; engine: Engine; user: string | undefined },
  { site, label, files }: AddInput,
): Promise<Added> {
  // Of a form of thousands only what could be the same file is worth a closer look.
  const places = new Set(
    files.map(({ name, folder }) => placeOf({ name: name.normalize('NFC'), folder: folder.normalize('NFC') })),
  )
  const known = new Set(
    list
      .form(site, label)
      .filter((record) => places.has(placeOf(record)) && mayBecomeWhole(record))
      .map(versionOf),
  )
  const records: UploadRecord[] = []
  const refused: Added['refused'] = []
  const duplicates: string[] = []
  for (const [index, file] of files.entries()) {
    // Tens of thousands must not hold up everything else.
    if (index % 1_000 === 999) await nextTurn()
    const name = file.name.normalize('NFC')
    const folder = file.folder.normalize('NFC')
    const reason = nameRefusal(name, folder)
    const version = versionOf({ ...file, name, folder })
    if (reason !== undefined) {
      refused.push({ name, error: appError('NAME_REFUSED', { name, reason }, `The name is refused: ${reason}.`).value })
    } else if (known.has(version)) {
      duplicates.push(name)
    } else {
      known.add(version)
      records.push(newRecord({ site, label, user }, file, list.nextRank()))
    }
  }
  await list.add(records)
  engine.enqueue(records)
  return { added: records.map(({ id }) => list.view(id)), refused, duplicates }
}

const mayBecomeWhole = ({ state }: UploadRecord): boolean => state !== 'failed' && state !== 'cancelled'

const placeOf = ({ name, folder }: Pick<UploadRecord, 'name' | 'folder'>): string => `${folder}/${name}`

/** A file of the same name, size and time in the same place is the same file. */
const versionOf = ({ name, folder, size, modified }: Pick<UploadRecord, 'name' | 'folder' | 'size' | 'modified'>) =>
  JSON.stringify([folder, name, size, Math.trunc(modified)])
